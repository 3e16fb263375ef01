"""`python -m bench.effects`: how often the interval of an effect covers the truth, and how soon harm is detected.

The effect of sending is known in these simulated teams. Daymark's intervals are compared with those of the same regression in
statsmodels, cluster-robust and with Student's t. The figures come from seeds and are the same every time. `--share 0.05` does
a part of the work, with other figures.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean, median
from typing import Final

import numpy
import statsmodels.api

from bench.trials.effect_trials import SD_POINTS, Trial
from services.nudges.domain.effects.assignment import ObservedAssignment
from services.nudges.domain.effects.effect import Effect, Interval, estimate_effect

_TRIALS: Final = {
    "12 people, even": Trial(people=12, days=(100, 120), is_due_on_good_days=False),
    "12 people, uneven": Trial(people=12, days=(30, 250), is_due_on_good_days=False),
    "20 people, uneven": Trial(people=20, days=(20, 250), is_due_on_good_days=False),
    "35 people, good days": Trial(people=35, days=(20, 250), is_due_on_good_days=True),
    "60 people, uneven": Trial(people=60, days=(10, 120), is_due_on_good_days=False),
}
"""The names are also seeds: another name gives other figures."""
_REPETITIONS: Final = 2_000
_EFFECTS_SD: Final = (0.0, 0.1, 0.3)
_TEAMS: Final = 100
_TEAM_SIZES: Final = (20, 60)
_HARMFUL_EFFECTS_SD: Final = (0.0, -0.1, -0.3)
_YEAR_DAYS: Final = 250
_COLUMNS: Final = f"{'mean':>10}{'±':>8}{'covered':>9}"
_COVERAGE_LEGEND: Final = """\
How often 95% intervals cover the true effect of sending nudges: {repetitions:,} simulated experiments per row.
  effect, mean, ±  the true effect, the mean estimate and the mean half-width of the intervals, in standard deviations of a
                   person's score from day to day. Good: the mean is near the effect.
  covered          how many intervals cover the effect. Good: about 95%, and more is better than less.
  known            how many experiments had enough people for an estimate
  even, uneven     people have similar or very different numbers of days; good days: nudges are due only after good days
"""
_PAUSES_LEGEND: Final = """
How soon a rule that does harm is paused: {teams:,} simulated teams per row, each over {year_days} worked days, with a check
every {every_days} days. Daymark pauses a rule once its anytime-valid interval, which allows for repeated checks, is below 0.
  effect  the true effect, in standard deviations of a person's score from day to day
  paused  the teams in which the rule was paused. Good: at most 5% where the effect is 0, and many where it is harmful.
  after   the median of the worked days until then. Good: few.
  plain   the teams in which the plain 95% interval was below 0 by then. It does not allow for repeated checks.
"""


@dataclass(kw_only=True)
class IntervalTally:
    """The estimates of one method. They and the half-widths of their intervals are in standard deviations."""

    covered: int = 0
    estimates_sd: list[float] = field(default_factory=list)
    half_widths_sd: list[float] = field(default_factory=list)

    def add(self, points: float, interval: Interval, *, true_points: float) -> None:
        self.covered += interval.low <= true_points <= interval.high
        self.estimates_sd.append(points / SD_POINTS)
        self.half_widths_sd.append((interval.high - interval.low) / 2 / SD_POINTS)

    def columns(self) -> str:
        """Mean estimate, mean half-width, and the share of intervals that cover the truth."""
        if not self.estimates_sd:
            return ""
        coverage = self.covered / len(self.estimates_sd)
        return f"{fmean(self.estimates_sd):>+10.3f}{fmean(self.half_widths_sd):>8.3f}{coverage:>9.1%}"


def print_coverage(*, repetitions: int) -> None:
    """The intervals for somebody who looks once, at the end of an experiment."""
    print(_COVERAGE_LEGEND.format(repetitions=repetitions))
    print(f"{'':<22}{'':>9}{'':>8}{'Daymark':>10}{'':>17}{'statsmodels':>13}")
    print(f"{'':<22}{'effect':>9}{'known':>8}{2 * _COLUMNS}")
    for name, trial in _TRIALS.items():
        for effect_sd in _EFFECTS_SD:
            random, daymark, statsmodels_tally = Random(f"{name} {effect_sd}"), IntervalTally(), IntervalTally()
            for _ in range(repetitions):
                assignments = [assignment for _, assignment in trial.simulate(effect_sd, random)]
                effect = estimate_effect(assignments)
                if isinstance(effect, Effect):
                    true_points = effect_sd * SD_POINTS
                    daymark.add(effect.points, effect.interval, true_points=true_points)
                    statsmodels_tally.add(*_estimate_by_statsmodels(assignments), true_points=true_points)
            known = len(daymark.estimates_sd)
            print(f"{name:<22}{effect_sd:>+9.1f}{known:>8,}{daymark.columns()}{statsmodels_tally.columns()}", flush=True)


def _estimate_by_statsmodels(assignments: Sequence[ObservedAssignment]) -> tuple[float, Interval]:
    """The same weighted regression, with the usual cluster-robust error (CR1), in which each person is a cluster."""
    scores_before = [assignment.score_before for assignment in assignments if assignment.score_before is not None]
    mean = fmean(scores_before)
    before = numpy.array([mean if assignment.score_before is None else assignment.score_before for assignment in assignments])
    before -= before.mean()
    sent = numpy.array([float(assignment.is_sent) for assignment in assignments])
    columns = numpy.column_stack([numpy.ones(len(assignments)), sent, before, sent * before])
    after = numpy.array([assignment.score_after for assignment in assignments])
    people = numpy.array([int(assignment.person_id) for assignment in assignments])
    regression = statsmodels.api.WLS(after, columns, weights=[assignment.weight for assignment in assignments])
    fitted = regression.fit(cov_type="cluster", cov_kwds={"groups": people}, use_t=True)
    low, high = fitted.conf_int()[1]
    return float(fitted.params[1]), Interval(low=low, high=high)


def print_pauses(*, teams: int, every_days: int) -> None:
    """The intervals for somebody who checks again and again, as Daymark does before it pauses a rule."""
    print(_PAUSES_LEGEND.format(teams=teams, year_days=_YEAR_DAYS, every_days=every_days))
    print(f"{'':<22}{'effect':>9}{'paused':>9}{'after':>7}{'plain':>9}")
    for people in _TEAM_SIZES:
        trial = Trial(people=people, days=(_YEAR_DAYS, _YEAR_DAYS), is_due_on_good_days=False)
        for effect_sd in _HARMFUL_EFFECTS_SD:
            random, days_to_pause, plain_count = Random(f"{people} {effect_sd}"), list[int](), 0
            for _ in range(teams):
                paused_on, plain_on = _find_harm(trial, effect_sd, random, every_days=every_days)
                days_to_pause += [paused_on] if paused_on is not None else []
                plain_count += plain_on is not None
            after = f"{median(days_to_pause):.0f}" if days_to_pause else ""
            columns = f"{len(days_to_pause) / teams:>9.1%}{after:>7}{plain_count / teams:>9.1%}"
            print(f"{f'{people} people':<22}{effect_sd:>+9.1f}{columns}", flush=True)


def _find_harm(trial: Trial, effect_sd: float, random: Random, *, every_days: int) -> tuple[int | None, int | None]:
    """The day on which a check first found harm by the anytime-valid interval, and by the plain one until then."""
    assignments, plain_on = list(trial.simulate(effect_sd, random)), None
    for checked_on in range(every_days, _YEAR_DAYS + 1, every_days):
        effect = estimate_effect([assignment for day, assignment in assignments if day < checked_on])
        if not isinstance(effect, Effect):
            continue
        if plain_on is None and effect.interval.high < 0:
            plain_on = checked_on
        if effect.is_harmful:
            return checked_on, plain_on
    return None, plain_on


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how much of the work to do, at most 1")
    parser.add_argument("--every-days", type=int, default=5, help="worked days between two checks for harm")
    options = parser.parse_args()
    print_coverage(repetitions=max(2, round(_REPETITIONS * options.share)))
    print_pauses(teams=max(2, round(_TEAMS * options.share)), every_days=options.every_days)


if __name__ == "__main__":
    main()
