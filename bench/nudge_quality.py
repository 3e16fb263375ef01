"""`python -m bench.nudge_quality`: how often a drop alert is false, and how often a halving of activity is detected.

Daymark's detector is compared with two simple ones: first on simulated teams, then on a real trace of people who sell loans, if
it is on this machine. The figures come from seeds and are the same every time. `--share 0.02` does a part of the work, with
other figures.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean
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
from bench.trials.loan_sales import read_teams
from bench.trials.simulated_teams import HISTORY_DAYS, YEAR_DAYS, simulate_team
from services.nudges.domain.drop.calibration import DAYS_BEFORE_ASSESSMENT, calibrate
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
_DROPS: Final = 1_000
_SHUFFLES: Final = 300
_DROP_DAYS: Final = 20
_CALIBRATION_ROUNDS: Final = 4
"""Calibration uses so many times more random orders than the check of it. With fewer, its limits would be uncertain by 5%."""
_KNOWN_DAYS_MIN: Final = {"all days known": None, "from day 21 on": 20, "from day 16 on": 15, "from day 11 on": 10}
_BUSY_DAYS_MIN: Final = 20
_BUSY_COUNT_MIN: Final = 10
_SIMULATED_LEGEND: Final = """\
Drop alerts on simulated teams: {rep_years:,} rep-years per row, without a drop and with activity halved from a random day on.
  false alerts          per rep and {days} worked days without a drop. Good: at most 1, which is Daymark's budget.
  true on               the days without a drop on which the condition of a simple detector is true, whatever its cooldown
  within 10, within 20  the halvings that are detected within so many worked days. Good: many.
"""
_PEOPLE_LEGEND: Final = """
{people} people, {busy} of them busy: {count} activities or more on average over {days} worked days or more.

False alerts per {days_of_budget} worked days, with the days of each person in {shuffles} random orders. Good: at most 1.
Days are assessed from day {first_day} on; before it, too few are known.
"""
_DETECTION_LEGEND: Final = """
Halvings of busy people's activity that are detected within 10 and within 20 worked days: {drops:,} random drops per row.
Good: many. Either all days of a person come before the drop, or the drop begins on a random day from day 11, 16 or 21 on,
and only the days before it are known.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A person of the trace: their worked days, the baseline of their team, and their budget after calibration."""

    days: Sequence[WorkedDay]
    team: TeamBaseline
    calibrated: ErrorBudget

    @property
    def is_busy(self) -> bool:
        return len(self.days) >= _BUSY_DAYS_MIN and fmean(day.count for day in self.days) >= _BUSY_COUNT_MIN


DetectorFor = Callable[[Person], Detector]


def _for_everybody(detector: Detector) -> DetectorFor:
    return lambda _: detector


_DETECTORS: Final[Mapping[str, DetectorFor]] = {
    "Daymark": _for_everybody(make_daymark_detector(_BUDGET)),
    "Daymark, calibrated": lambda person: make_daymark_detector(person.calibrated),
    **{name: _for_everybody(detector) for name, detector in _SIMPLE_DETECTORS.items()},
}


def print_real_trace(*, drops: int, shuffles: int) -> None:
    """In a random order of days every alert is a false one. Halvings are put into the days of busy people."""
    teams = read_teams()
    if teams is None:
        print("\nThe real trace is not on this machine, so nothing is measured on it.")
        return
    print("\nDrop alerts on a real trace of the last quarter of 2011")
    people = [person for reps in teams for person in _calibrate_team(reps, shuffles=shuffles)]
    busy = [person for person in people if person.is_busy]
    print(
        _PEOPLE_LEGEND.format(
            people=len(people),
            busy=len(busy),
            count=_BUSY_COUNT_MIN,
            days=_BUSY_DAYS_MIN,
            days_of_budget=_BUDGET.days,
            shuffles=shuffles,
            first_day=DAYS_BEFORE_ASSESSMENT + 1,
        )
    )
    print(f"{'':<22}{'all people':>24}{'busy people':>25}")
    print(f"{'per days that are':<22}{'assessed':>13}{'worked':>11}{'assessed':>14}{'worked':>11}")
    for name, detector_for in _DETECTORS.items():
        per_assessed, per_day = _false_alert_rates(people, detector_for, shuffles=shuffles)
        busy_per_assessed, busy_per_day = _false_alert_rates(busy, detector_for, shuffles=shuffles)
        print(f"  {name:<20}{per_assessed:>13.2f}{per_day:>11.2f}{busy_per_assessed:>14.2f}{busy_per_day:>11.2f}", flush=True)
    print(_DETECTION_LEGEND.format(drops=drops))
    for title, known_days_min in _KNOWN_DAYS_MIN.items():
        print(f"{title:<22}{'within 10':>13}{'within 20':>11}")
        for name, detector_for in _DETECTORS.items():
            tally = _tally_drops(busy, detector_for, drops=drops, known_days_min=known_days_min)
            print(f"  {name:<20}{tally.detected_within(10):>13}{tally.detected_within(20):>11}", flush=True)


def _calibrate_team(reps: Sequence[Sequence[WorkedDay]], *, shuffles: int) -> list[Person]:
    """The people of a team, which is calibrated on its own days. Prints the result of the calibration."""
    calibration = calibrate(reps, _BUDGET, rounds=_CALIBRATION_ROUNDS * shuffles, random=Random(1))
    strictness = calibration.rep_strictness if calibration else (0.0,) * len(reps)
    if calibration:
        print(
            f"  team of {len(reps)}: calibration makes its limits {calibration.strictness:+.2f} standard deviations stricter, "
            f"and those of its reps {min(strictness):+.2f} to {max(strictness):+.2f}"
        )
    team = estimate_team_baseline(reps)
    return [
        Person(days=days, team=team, calibrated=ErrorBudget(strictness=rep_strictness))
        for days, rep_strictness in zip(reps, strictness, strict=True)
    ]


def _false_alert_rates(people: Sequence[Person], detector_for: DetectorFor, *, shuffles: int) -> tuple[float, float]:
    """Alerts per budget: relative to the days that can be assessed, and relative to all days."""
    random, alerts = Random(2), 0
    for person in people:
        for _ in range(shuffles):
            shuffled = random.sample(person.days, len(person.days))
            alerts += len(find_alert_days(shuffled, person.team, detector_for(person), start=0))
    assessed_days = sum(max(0, len(person.days) - DAYS_BEFORE_ASSESSMENT) for person in people)
    all_days = sum(len(person.days) for person in people)
    return alerts * _BUDGET.days / assessed_days / shuffles, alerts * _BUDGET.days / all_days / shuffles


def _tally_drops(busy: Sequence[Person], detector_for: DetectorFor, *, drops: int, known_days_min: int | None) -> DetectorTally:
    """Halve the days of a random person from a random day on.

    With `known_days_min`, the drop begins after so many of the person's days or later, and only the days before it are known.
    Without, all of the person's days are known, and then those from a random one on come once more, halved. Where the trace
    ends before the twentieth day of a drop, the rest is drawn at random from the person's own days.
    """
    random, tally = Random(3), DetectorTally()
    candidates = [person for person in busy if len(person.days) > (known_days_min or 0)]
    for _ in range(drops):
        person = random.choice(candidates)
        days = list(person.days)
        start = random.randrange(known_days_min or 0, len(days))
        before = days if known_days_min is None else days[:start]
        after = (days[start:] + random.choices(days, k=_DROP_DAYS))[:_DROP_DAYS]
        days_with_drop = before + halve_counts(after, random)
        delay_days = find_delay_days(days_with_drop, person.team, detector_for(person), drop_start=len(before))
        tally.delays_days.append(delay_days)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how much of the work to do, at most 1")
    share = parser.parse_args().share
    rep_years = round(_REP_YEARS * share)
    print(_SIMULATED_LEGEND.format(rep_years=rep_years, days=_BUDGET.days))
    for mean in _MEANS:
        print_simulated_teams(mean, rep_years=rep_years)
    print_real_trace(drops=round(_DROPS * share), shuffles=max(2, round(_SHUFFLES * share)))


if __name__ == "__main__":
    main()
