"""The effect of sending, with statsmodels as the second opinion.

Only the tests that need statsmodels and scipy import them: every test process collects this file, and they take seconds.
"""

import math
from collections.abc import Sequence
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING

import numpy
import pytest

from bench.trials.effect_trials import HOLDOUT, SD_POINTS, Trial
from services.nudges.domain.effects.assignment import ObservedAssignment
from services.nudges.domain.effects.effect import Effect, Sample, UnknownEffect, estimate_effect
from shared.events import PersonId

if TYPE_CHECKING:
    import statsmodels.api

TEAM = Trial(people=20, days=(20, 120), is_due_on_good_days=False)


def _simulated(seed: int, *, trial: Trial = TEAM, effect_sd: float = 0.1) -> list[ObservedAssignment]:
    return [assignment for _, assignment in trial.simulate(effect_sd, Random(seed))]


def _assignment(person: int, *, is_sent: bool, before: float | None = 80.0, after: float = 80.0) -> ObservedAssignment:
    return ObservedAssignment(
        person_id=PersonId(str(person)), is_sent=is_sent, propensity=0.9, score_before=before, score_after=after
    )


def _with_other_propensities(assignments: Sequence[ObservedAssignment], seed: int) -> list[ObservedAssignment]:
    """As if the holdout had been changed now and then, and some people had no score before."""
    random = Random(seed)
    return [
        ObservedAssignment(
            person_id=assignment.person_id,
            is_sent=random.random() < (propensity := random.choice((0.8, 0.9, 0.95))),
            propensity=propensity,
            score_before=None if random.random() < 0.05 else assignment.score_before,
            score_after=assignment.score_after,
        )
        for assignment in assignments
    ]


def _mean_score_before(assignments: Sequence[ObservedAssignment]) -> float:
    return fmean(assignment.score_before for assignment in assignments if assignment.score_before is not None)


def _regression(assignments: Sequence[ObservedAssignment], *, mean_score_before: float) -> "statsmodels.api.WLS":
    """The weighted regression with the interaction, centred (Lin 2013); its second coefficient is the effect of sending."""
    import statsmodels.api

    before = numpy.array([mean_score_before if each.score_before is None else each.score_before for each in assignments])
    before -= before.mean()
    sent = numpy.array([float(assignment.is_sent) for assignment in assignments])
    columns = numpy.column_stack([numpy.ones(len(assignments)), sent, before, sent * before])
    after = numpy.array([assignment.score_after for assignment in assignments])
    weights = [1 / (each.propensity if each.is_sent else 1 - each.propensity) for each in assignments]
    return statsmodels.api.WLS(after, columns, weights=weights)


def _points_of_regression(assignments: Sequence[ObservedAssignment], *, mean_score_before: float) -> float:
    return float(_regression(assignments, mean_score_before=mean_score_before).fit().params[1])


@pytest.mark.parametrize("seed", range(5))
def test_estimate_and_interval_equal_those_of_regressions_by_statsmodels(seed: int) -> None:
    from scipy.stats import t

    assignments = _with_other_propensities(_simulated(seed), seed)
    mean = _mean_score_before(assignments)
    points = _points_of_regression(assignments, mean_score_before=mean)
    people = {assignment.person_id for assignment in assignments}
    without_one = [
        _points_of_regression([each for each in assignments if each.person_id != person], mean_score_before=mean)
        for person in people
    ]
    error = math.sqrt(sum((other - points) ** 2 for other in without_one) * (len(people) - 1) / len(people))
    smaller_arm = min(len({each.person_id for each in assignments if each.is_sent is arm}) for arm in (True, False))

    effect = estimate_effect(assignments)

    assert isinstance(effect, Effect)
    assert effect.points == pytest.approx(points, abs=1e-9)
    assert effect.interval.high - effect.points == pytest.approx(error * t.ppf(0.975, smaller_arm - 2), abs=1e-9)
    assert effect.points - effect.interval.low == pytest.approx(effect.interval.high - effect.points)


def test_with_many_people_the_usual_cluster_robust_error_is_nearly_the_same() -> None:
    assignments = _simulated(1, trial=Trial(people=300, days=(40, 60), is_due_on_good_days=False))
    regression = _regression(assignments, mean_score_before=_mean_score_before(assignments))
    people = [int(assignment.person_id) for assignment in assignments]
    fitted = regression.fit(cov_type="cluster", cov_kwds={"groups": people}, use_t=True)

    effect = estimate_effect(assignments)

    assert isinstance(effect, Effect)
    low, high = fitted.conf_int()[1]
    assert effect.points == pytest.approx(fitted.params[1], abs=1e-9)
    assert effect.interval.high - effect.interval.low == pytest.approx(high - low, rel=0.03)


@pytest.mark.parametrize("effect_sd", [0.0, 0.1, 0.3])
def test_the_interval_covers_a_planted_effect_as_often_as_it_promises(effect_sd: float) -> None:
    """`python -m bench.effects` runs 2,000 trials. Here are a tenth of them, within three standard errors."""
    random, trial = Random(3), Trial(people=15, days=(60, 120), is_due_on_good_days=False)
    estimates = [estimate_effect([each for _, each in trial.simulate(effect_sd, random)]) for _ in range(200)]
    effects = [estimate for estimate in estimates if isinstance(estimate, Effect)]
    truth = effect_sd * SD_POINTS

    assert len(effects) > 190
    assert 0.90 <= fmean(effect.interval.low <= truth <= effect.interval.high for effect in effects) <= 0.99
    assert fmean(effect.points for effect in effects) == pytest.approx(truth, abs=0.03 * SD_POINTS)
    assert fmean(effect.sd_points for effect in effects) == pytest.approx(SD_POINTS, rel=0.03)


def test_looking_every_two_weeks_finds_no_harm_where_there_is_none() -> None:
    """Of 60 teams, followed for a year, one in forty may seem to be harmed. The plain interval finds more."""
    random, trial = Random(5), Trial(people=15, days=(250, 250), is_due_on_good_days=False)
    harmed = harmed_by_plain_interval = 0
    for _ in range(60):
        assignments = list(trial.simulate(0.0, random))
        estimates = [estimate_effect([each for day, each in assignments if day <= last_day]) for last_day in range(10, 251, 10)]
        effects = [estimate for estimate in estimates if isinstance(estimate, Effect)]
        harmed += any(effect.is_harmful for effect in effects)
        harmed_by_plain_interval += any(effect.interval.high < 0 for effect in effects)

    assert harmed <= 2
    assert harmed_by_plain_interval >= 4


def test_harm_is_found() -> None:
    effect = estimate_effect(_simulated(1, trial=Trial(people=40, days=(150, 250), is_due_on_good_days=False), effect_sd=-0.4))

    assert isinstance(effect, Effect)
    assert effect.is_harmful
    assert effect.anytime_interval.low < effect.interval.low < effect.points
    assert effect.points < effect.interval.high < effect.anytime_interval.high < 0


def test_reps_who_are_always_better_are_not_an_effect() -> None:
    """Half of the people are far better and are sent more. The scores before give that away."""
    random = Random(4)
    assignments = []
    for person in range(40):
        mean, propensity = (120.0, 0.95) if person % 2 else (60.0, 0.8)
        for _ in range(60):
            is_sent = random.random() < propensity
            assignments.append(
                ObservedAssignment(
                    person_id=PersonId(str(person)),
                    is_sent=is_sent,
                    propensity=propensity,
                    score_before=mean,
                    score_after=random.gauss(mean, 10),
                )
            )

    effect = estimate_effect(assignments)

    assert isinstance(effect, Effect)
    assert effect.interval.low < 0 < effect.interval.high
    assert abs(effect.points) < 2


def test_too_few_people_in_either_arm_give_no_estimate() -> None:
    nine_withheld = [_assignment(person, is_sent=True, after=80 + person) for person in range(30)]
    nine_withheld += [_assignment(person, is_sent=False, after=70 + person) for person in range(9)]
    ten_withheld = [*nine_withheld, _assignment(9, is_sent=False, after=81)]

    estimate = estimate_effect(nine_withheld)

    because = "sent to 30 people and withheld from 9; 10 of each are needed"
    sample = Sample(people=30, people_sent=30, people_withheld=9, days=39, days_withheld=9)
    assert estimate == UnknownEffect(sample=sample, because=because)
    assert isinstance(estimate_effect(ten_withheld), Effect)


def test_no_assignments_give_no_estimate() -> None:
    assert isinstance(estimate_effect([]), UnknownEffect)


def test_scores_that_never_differ_give_no_estimate() -> None:
    assignments = [_assignment(person, is_sent=arm) for person in range(12) for arm in (True, False)]

    sample = Sample(people=12, people_sent=12, people_withheld=12, days=24, days_withheld=12)
    assert estimate_effect(assignments) == UnknownEffect(sample=sample, because="the scores do not differ")


def test_without_scores_before_the_effect_is_the_plain_difference() -> None:
    assignments = [
        _assignment(person, is_sent=arm, before=None, after=80 + 5 * arm + person % 3)
        for person in range(12)
        for arm in (True, False)
    ]

    effect = estimate_effect([*assignments, _assignment(0, is_sent=True, before=None, after=90)])

    assert isinstance(effect, Effect)
    assert effect.points == pytest.approx((12 * 86 + 90) / 13 - 81)


@pytest.mark.parametrize("propensity", [0.0, 1.0])
def test_what_was_certain_is_not_an_assignment(propensity: float) -> None:
    with pytest.raises(ValueError, match="leave out what was certain"):
        ObservedAssignment(person_id=PersonId("1"), is_sent=True, propensity=propensity, score_before=None, score_after=1.0)


def test_the_simulated_teams_withhold_as_much_as_they_say() -> None:
    assignments = _simulated(2, trial=Trial(people=100, days=(100, 200), is_due_on_good_days=True))

    assert fmean(not assignment.is_sent for assignment in assignments) == pytest.approx(HOLDOUT, abs=0.01)


def test_the_standard_deviation_is_that_of_a_person_from_day_to_day() -> None:
    """However much people differ from each other. Two days that differ by 4 have a variance of 8, by 5 one of 12.5."""
    assignments = [
        _assignment(person, is_sent=arm, after=100 * person + (4 + person % 2) * arm)
        for person in range(12)
        for arm in (True, False)
    ]

    effect = estimate_effect(assignments)

    assert isinstance(effect, Effect)
    assert effect.points == pytest.approx(4.5)
    assert effect.sd_points == pytest.approx(math.sqrt((8 + 12.5) / 2))
