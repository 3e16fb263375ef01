"""`python -m bench.drop_detection`: how often a drop alert is false, and how often a halving of activity is detected.

Daymark's detector by itself is compared with two simple ones, on simulated teams without bursts, absences or empty days. What
people receive in the end is judged by `bench.nudge_quality`. The figures come from seeds and are the same every time.
`--share 0.02` does a part of the work, with other figures.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bench.trials.drop_detectors import (
    Detector,
    detect_below_70_percent,
    detect_below_two_sigma,
    find_alert_days,
    find_delay_days,
    halve_counts,
    make_daymark_detector,
)
from bench.trials.simulated_teams import HISTORY_DAYS, YEAR_DAYS, simulate_team
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamBaseline, estimate_team_baseline

_BUDGET: Final = ErrorBudget()
_SIMPLE_DETECTORS: Final[Mapping[str, Detector]] = {
    "below 70% today": detect_below_70_percent,
    "below mean - 2 sigma": detect_below_two_sigma,
}
_MEANS: Final = (40, 15, 2)
_REP_YEARS: Final = 4_000
_DROP_DAYS: Final = 20
_SIMULATED_LEGEND: Final = """\
Drop alerts on simulated teams: {rep_years:,} rep-years per row, without a drop and with activity halved from a random day on.
  false alerts          per rep and {days} worked days without a drop. Good: at most 1, which is Daymark's budget.
  true on               the days without a drop on which the condition of a simple detector is true, whatever its cooldown
  within 10, within 20  the halvings that are detected within so many worked days. Good: many.
"""


@dataclass(kw_only=True)
class DetectorTally:
    """What one detector did. `true_days` of `judged_days` are those on which its condition was true, whatever its cooldown."""

    alerts: int = 0
    days: int = 0
    true_days: int = 0
    judged_days: int = 0
    delays_days: list[int | None] = field(default_factory=list)

    def detected_within(self, days: int) -> str:
        detected = sum(delay_days is not None and delay_days <= days for delay_days in self.delays_days)
        return f"{detected / len(self.delays_days):.1%}"

    def row(self, name: str) -> str:
        false_alerts = f"{self.alerts * _BUDGET.days / self.days:.2f}"
        true_share = f"{self.true_days / self.judged_days:.1%}" if self.judged_days else ""
        return f"{name:<22}{false_alerts:>13}{true_share:>13}{self.detected_within(10):>11}{self.detected_within(20):>11}"


def print_simulated_teams(mean: float, *, rep_years: int) -> None:
    """Each rep is watched over a year, after some history; then once more with a halving from a random day on."""
    detectors = {"Daymark": make_daymark_detector(_BUDGET), **_SIMPLE_DETECTORS}
    tallies = {name: DetectorTally() for name in detectors}
    random = Random(mean)
    for _ in range(max(1, rep_years // 10)):
        reps = simulate_team(mean, random)
        team = estimate_team_baseline([days[:HISTORY_DAYS] for days in reps])
        for days in reps:
            drop_start = random.randrange(HISTORY_DAYS + _DROP_DAYS, HISTORY_DAYS + YEAR_DAYS - _DROP_DAYS)
            days_with_drop = days[:drop_start] + halve_counts(days[drop_start : drop_start + _DROP_DAYS], random)
            for name, detector in detectors.items():
                _add_year(tallies[name], days, team, detector, is_simple=name in _SIMPLE_DETECTORS)
                tallies[name].delays_days.append(find_delay_days(days_with_drop, team, detector, drop_start=drop_start))
    print(f"{f'mean {mean} a day':<22}{'false alerts':>13}{'true on':>13}{'within 10':>11}{'within 20':>11}")
    for name, tally in tallies.items():
        print(tally.row("  " + name), flush=True)


def _add_year(
    tally: DetectorTally, days: Sequence[WorkedDay], team: TeamBaseline, detector: Detector, *, is_simple: bool
) -> None:
    tally.alerts += len(find_alert_days(days, team, detector, start=HISTORY_DAYS))
    tally.days += len(days) - HISTORY_DAYS
    if is_simple:
        tally.judged_days += len(days) - HISTORY_DAYS
        tally.true_days += sum(detector(days[: index + 1], team) is not None for index in range(HISTORY_DAYS, len(days)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how much of the work to do, at most 1")
    share = parser.parse_args().share
    rep_years = round(_REP_YEARS * share)
    print(_SIMULATED_LEGEND.format(rep_years=rep_years, days=_BUDGET.days))
    for mean in _MEANS:
        print_simulated_teams(mean, rep_years=rep_years)


if __name__ == "__main__":
    main()
