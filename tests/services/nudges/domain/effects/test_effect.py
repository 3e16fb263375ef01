"""The effect of sending, with statsmodels as the second opinion."""

import math
from collections.abc import Sequence
from random import Random
from statistics import fmean

import numpy
import pytest
import statsmodels.api
from scipy.stats import t

from bench.effect_trials import HELD_OUT, SD_POINTS, Trial
from services.nudges.domain.effects.assignment import Draw
from services.nudges.domain.effects.effect import Basis, Effect, NotKnown, effect_of

TEAM = Trial(people=20, days=(20, 120), on_good_days=False)


def _drawn(seed: int, *, trial: Trial = TEAM, effect_sd: float = 0.1) -> list[Draw]:
    return [draw for _, draw in trial.drawn(effect_sd, Random(seed))]


def _day(person: int, *, is_sent: bool, before: float | None = 80.0, after: float = 80.0) -> Draw:
    return Draw(person_id=str(person), is_sent=is_sent, chance=0.9, score_before=before, score_after=after)


def _with_other_chances(draws: Sequence[Draw], seed: int) -> list[Draw]:
    """As if the probability of being held out had been changed now and then, and some first days were among them."""
    random = Random(seed)
    return [
        Draw(
            person_id=draw.person_id,
            is_sent=random.random() < (chance := random.choice((0.8, 0.9, 0.95))),
            chance=chance,
            score_before=None if random.random() < 0.05 else draw.score_before,
            score_after=draw.score_after,
        )
        for draw in draws
    ]


def _regression(draws: Sequence[Draw], *, usual: float) -> statsmodels.api.WLS:
    """The weighted one with the interaction, everything being centred (Lin 2013); its second coefficient is that of sending."""
    before = numpy.array([usual if draw.score_before is None else draw.score_before for draw in draws])
    before -= before.mean()
    sent = numpy.array([float(draw.is_sent) for draw in draws])
    columns = numpy.column_stack([numpy.ones(len(draws)), sent, before, sent * before])
    after = numpy.array([draw.score_after for draw in draws])
    weights = [1 / (draw.chance if draw.is_sent else 1 - draw.chance) for draw in draws]
    return statsmodels.api.WLS(after, columns, weights=weights)


def _by_statsmodels(draws: Sequence[Draw], *, usual: float) -> float:
    return float(_regression(draws, usual=usual).fit().params[1])


@pytest.mark.parametrize("seed", range(5))
def test_estimate_and_interval_are_those_of_regressions_by_statsmodels(seed: int) -> None:
    draws = _with_other_chances(_drawn(seed), seed)
    usual = fmean(draw.score_before for draw in draws if draw.score_before is not None)
    points = _by_statsmodels(draws, usual=usual)
    people = {draw.person_id for draw in draws}
    without = [_by_statsmodels([draw for draw in draws if draw.person_id != one], usual=usual) for one in people]
    error = math.sqrt(sum((one - points) ** 2 for one in without) * (len(people) - 1) / len(people))
    smaller = min(len({draw.person_id for draw in draws if draw.is_sent is arm}) for arm in (True, False))

    found = effect_of(draws)

    assert isinstance(found, Effect)
    assert found.points == pytest.approx(points, abs=1e-9)
    assert found.interval.high - found.points == pytest.approx(error * t.ppf(0.975, smaller - 2), abs=1e-9)
    assert found.points - found.interval.low == pytest.approx(found.interval.high - found.points)


def test_with_many_people_the_usual_cluster_robust_error_is_nearly_the_same() -> None:
    draws = _drawn(1, trial=Trial(people=300, days=(40, 60), on_good_days=False))
    regression = _regression(draws, usual=fmean(draw.score_before for draw in draws if draw.score_before is not None))
    people = [int(draw.person_id) for draw in draws]
    fitted = regression.fit(cov_type="cluster", cov_kwds={"groups": people}, use_t=True)

    found = effect_of(draws)

    assert isinstance(found, Effect)
    low, high = fitted.conf_int()[1]
    assert found.points == pytest.approx(fitted.params[1], abs=1e-9)
    assert found.interval.high - found.interval.low == pytest.approx(high - low, rel=0.03)


@pytest.mark.parametrize("effect_sd", [0.0, 0.1, 0.3])
def test_the_interval_holds_a_planted_effect_as_often_as_it_says(effect_sd: float) -> None:
    """`python -m bench.effects` has the 2,000 trials; a tenth of them here, within three standard errors."""
    random, trial = Random(3), Trial(people=15, days=(60, 120), on_good_days=False)
    found = [effect_of([draw for _, draw in trial.drawn(effect_sd, random)]) for _ in range(200)]
    known = [one for one in found if isinstance(one, Effect)]
    truth = effect_sd * SD_POINTS

    assert len(known) > 190
    assert 0.90 <= fmean(one.interval.low <= truth <= one.interval.high for one in known) <= 0.99
    assert fmean(one.points for one in known) == pytest.approx(truth, abs=0.03 * SD_POINTS)
    assert fmean(one.sd_points for one in known) == pytest.approx(SD_POINTS, rel=0.03)


def test_looking_every_week_finds_no_harm_where_there_is_none() -> None:
    """Of 60 teams watched for a year, one in forty at most may be found harmed; the plain interval finds more."""
    random, trial = Random(5), Trial(people=15, days=(250, 250), on_good_days=False)
    harmed = plainly = 0
    for _ in range(60):
        drawn = list(trial.drawn(0.0, random))
        found = [effect_of([draw for day, draw in drawn if day <= look]) for look in range(10, 251, 10)]
        known = [one for one in found if isinstance(one, Effect)]
        harmed += any(one.is_harm for one in known)
        plainly += any(one.interval.high < 0 for one in known)

    assert harmed <= 2
    assert plainly >= 4


def test_harm_is_found() -> None:
    found = effect_of(_drawn(1, trial=Trial(people=40, days=(150, 250), on_good_days=False), effect_sd=-0.4))

    assert isinstance(found, Effect)
    assert found.is_harm
    assert found.always.low < found.interval.low < found.points < found.interval.high < found.always.high < 0


def test_a_rep_who_is_always_better_is_no_effect() -> None:
    """One half of the people is far better and is sent more often: the scores before say so."""
    random = Random(4)
    draws = []
    for person in range(40):
        usual, chance = (120.0, 0.95) if person % 2 else (60.0, 0.8)
        for _ in range(60):
            is_sent = random.random() < chance
            after = random.gauss(usual, 10)
            draws.append(Draw(person_id=str(person), is_sent=is_sent, chance=chance, score_before=usual, score_after=after))

    found = effect_of(draws)

    assert isinstance(found, Effect)
    assert found.interval.low < 0 < found.interval.high
    assert abs(found.points) < 2


def test_too_few_people_in_either_arm_say_nothing() -> None:
    few = [_day(person, is_sent=True, after=80 + person) for person in range(30)]
    few += [_day(person, is_sent=False, after=70 + person) for person in range(9)]
    enough = [*few, _day(9, is_sent=False, after=81)]

    found = effect_of(few)

    because = "sent to 30 people and held out for 9; it takes 10 of each"
    assert found == NotKnown(basis=Basis(people=30, days=39, held_out=9), because=because)
    assert isinstance(effect_of(enough), Effect)


def test_nothing_at_all_says_nothing() -> None:
    assert isinstance(effect_of([]), NotKnown)


def test_scores_that_never_differ_say_nothing() -> None:
    draws = [_day(person, is_sent=arm) for person in range(12) for arm in (True, False)]

    assert effect_of(draws) == NotKnown(basis=Basis(people=12, days=24, held_out=12), because="the scores do not differ")


def test_without_scores_before_the_plain_difference_is_taken() -> None:
    draws = [
        _day(person, is_sent=arm, before=None, after=80 + 5 * arm + person % 3) for person in range(12) for arm in (True, False)
    ]

    found = effect_of([*draws, _day(0, is_sent=True, before=None, after=90)])

    assert isinstance(found, Effect)
    assert found.points == pytest.approx((12 * 86 + 90) / 13 - 81)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_what_was_certain_is_no_draw(chance: float) -> None:
    with pytest.raises(ValueError, match="leave out what was certain"):
        Draw(person_id="1", is_sent=True, chance=chance, score_before=None, score_after=1.0)


def test_the_simulated_teams_hold_out_as_many_as_they_say() -> None:
    draws = _drawn(2, trial=Trial(people=100, days=(100, 200), on_good_days=True))

    assert fmean(not draw.is_sent for draw in draws) == pytest.approx(HELD_OUT, abs=0.01)


def test_a_standard_deviation_is_that_of_a_person_from_day_to_day() -> None:
    """However much people differ. Two days that differ by 4 have a variance of 8, two that differ by 5 one of 12.5."""
    draws = [
        _day(person, is_sent=arm, after=100 * person + (4 + person % 2) * arm) for person in range(12) for arm in (True, False)
    ]

    found = effect_of(draws)

    assert isinstance(found, Effect)
    assert found.points == pytest.approx(4.5)
    assert found.sd_points == pytest.approx(math.sqrt((8 + 12.5) / 2))
