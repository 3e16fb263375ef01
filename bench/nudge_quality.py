"""`python -m bench.nudge_quality`: how often an alert on a drop is false, how often a halving is noticed, beside simpler rules.

First on simulated teams, then on a real trace of people selling loans, where it is at hand in `../shared/data`. The figures
come from seeds and are the same every time. `--share 0.02` does a part of the work.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean
from typing import Final

from bench.drop_watchers import Watcher, alerts, below_70_percent, below_two_sigma, budgeted, halved, noticed_after
from bench.loan_sales import read_teams
from bench.simulated_teams import HISTORY_DAYS, YEAR_DAYS, simulated_team
from services.nudges.domain.drop.calibration import DAYS_BEFORE_ASSESSMENT, calibrate
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamBaseline, estimate_team_baseline

_BUDGET: Final = ErrorBudget()
_COMMON: Final[dict[str, Watcher]] = {"below 70% today": below_70_percent, "below mean - 2 sigma": below_two_sigma}
_HEAD: Final = f"{'':<22}{'false alerts':>13}{'of all days':>13}{'within 10':>11}{'within 20':>11}"
_FOLLOWED_DAYS: Final = 20
_CALIBRATION_ROUNDS: Final = 4
"""So many times those that judge it: fewer leave the limits uncertain by a twentieth."""


@dataclass(kw_only=True)
class Tally:
    """What one way of watching came to. `true_days` counts the days that its condition is true on, cool-downs apart."""

    alerts: int = 0
    true_days: int = 0
    looked_at: int = 0
    days: int = 0
    noticed: list[int | None] = field(default_factory=list)

    def within(self, days: int) -> str:
        return f"{sum(one is not None and one <= days for one in self.noticed) / len(self.noticed):.1%}"

    def line(self, name: str) -> str:
        true = f"{self.true_days / self.looked_at:.1%}" if self.looked_at else ""
        rate = f"{self.alerts * _BUDGET.days / self.days:.2f}" if self.days else ""
        return f"{name:<22}{rate:>13}{true:>13}{self.within(10):>11}{self.within(20):>11}"


def on_simulated_teams(mean: float, *, rep_years: int) -> None:
    """Each rep is watched for a year of 250 worked days after sixty; then once more with a halving on a random day."""
    watchers = {"Daymark": budgeted(_BUDGET)} | _COMMON
    tallies = {name: Tally() for name in watchers}
    random = Random(mean)
    for _ in range(max(1, rep_years // 10)):
        reps = simulated_team(mean, random)
        team = estimate_team_baseline([days[:HISTORY_DAYS] for days in reps])
        for days in reps:
            at = random.randrange(HISTORY_DAYS + _FOLLOWED_DAYS, HISTORY_DAYS + YEAR_DAYS - _FOLLOWED_DAYS)
            dropped = days[:at] + halved(days[at : at + _FOLLOWED_DAYS], random)
            for name, watcher in watchers.items():
                _add_year(tallies[name], days, team, watcher, days_seen=name != "Daymark")
                tallies[name].noticed.append(noticed_after(dropped, team, watcher, dropped_at=at))
    print(f"mean {mean} a day".ljust(22) + _HEAD[22:])
    for name, tally in tallies.items():
        print(tally.line("  " + name))


def _add_year(tally: Tally, days: Sequence[WorkedDay], team: TeamBaseline, watcher: Watcher, *, days_seen: bool) -> None:
    tally.alerts += len(alerts(days, team, watcher, start=HISTORY_DAYS))
    tally.days += len(days) - HISTORY_DAYS
    if days_seen:
        tally.looked_at += len(days) - HISTORY_DAYS
        tally.true_days += sum(watcher(days[: index + 1], team) is not None for index in range(HISTORY_DAYS, len(days)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody of the trace: their worked days, their team, and the budget as calibrated on it."""

    days: Sequence[WorkedDay]
    team: TeamBaseline
    calibrated: ErrorBudget

    @property
    def is_busy(self) -> bool:
        return len(self.days) >= 20 and fmean(day.count for day in self.days) >= 10


def on_the_real_trace(*, draws: int, rounds: int) -> None:
    """False alerts are those on a person's days in a random order; halvings are put into the days of those who do much."""
    people = _people(rounds=rounds)
    if people is None:
        print("\nthe real trace is not at hand; nothing is measured on it")
        return
    busy = [person for person in people if person.is_busy]
    print(
        f"\nreal trace, 2011 Q4: {len(people)} people, {len(busy)} of them busy: 10 or more a day over 20 worked days or more"
    )
    print(
        f"false alerts per {_BUDGET.days} worked days with the days of each in {rounds} random orders: of those judged, of all"
    )
    print(f"{'':<22}{'all, judged':>13}{'all':>11}{'busy, judged':>14}{'busy':>11}")
    ways: dict[str, Callable[[Person], Watcher]] = {
        "Daymark": lambda _: budgeted(_BUDGET),
        "Daymark, calibrated": lambda person: budgeted(person.calibrated),
        **{name: lambda _, watcher=watcher: watcher for name, watcher in _COMMON.items()},  # type: ignore[misc]
    }
    for name, way in ways.items():
        judged, every = _permuted(people, way, rounds=rounds)
        busy_judged, busy_every = _permuted(busy, way, rounds=rounds)
        print(f"  {name:<20}{judged:>13.2f}{every:>11.2f}{busy_judged:>14.2f}{busy_every:>11.2f}")
    print(f"halvings of the busy, {draws:,} draws of a person and a day, noticed within ten and twenty worked days")
    for title, known_min in (("all days known", None), ("from day 21 on", 20), ("from day 16 on", 15), ("from day 11 on", 10)):
        print(f"{title:<22}{'within 10':>13}{'within 20':>11}")
        for name, way in ways.items():
            tally = _halvings(busy, way, draws=draws, known_min=known_min)
            print(f"  {name:<20}{tally.within(10):>13}{tally.within(20):>11}")


def _people(*, rounds: int) -> list[Person] | None:
    """Everybody, each team calibrated on its own days; prints what that gave."""
    teams = read_teams()
    if teams is None:
        return None
    people = []
    for reps in teams:
        found = calibrate(reps, _BUDGET, rounds=_CALIBRATION_ROUNDS * rounds, random=Random(1))
        limits = found.rep_strictness if found else (0.0,) * len(reps)
        if found:
            print(
                f"a team of {len(reps)}, calibrated: limits {found.strictness:+.2f} sigma stricter, "
                f"of its reps {min(limits):+.2f} to {max(limits):+.2f}"
            )
        people += [
            Person(days=days, team=estimate_team_baseline(reps), calibrated=ErrorBudget(strictness=limit))
            for days, limit in zip(reps, limits, strict=True)
        ]
    return people


def _permuted(people: Sequence[Person], way: Callable[[Person], Watcher], *, rounds: int) -> tuple[float, float]:
    """Alerts per `_BUDGET.days` worked days: of those that can be judged, and of all."""
    random, count = Random(2), 0
    for person in people:
        for _ in range(rounds):
            count += len(alerts(random.sample(person.days, len(person.days)), person.team, way(person), start=0))
    judged = sum(max(0, len(person.days) - DAYS_BEFORE_ASSESSMENT) for person in people)
    every = sum(len(person.days) for person in people)
    return count * _BUDGET.days / judged / rounds, count * _BUDGET.days / every / rounds


def _halvings(busy: Sequence[Person], way: Callable[[Person], Watcher], *, draws: int, known_min: int | None) -> Tally:
    """The days follow as they were; where the trace ends before the twentieth, they are drawn from the person's own.

    `known_min`: the drop begins on a random one of the person's days after so many, and only what was before it is known.
    None: all of the person's days are known, and those from a random one on come once more, halved.
    """
    random, tally = Random(3), Tally()
    able = [person for person in busy if len(person.days) > (known_min or 0)]
    for _ in range(draws):
        person = random.choice(able)
        days = list(person.days)
        at = random.randrange(known_min or 0, len(days))
        before = days if known_min is None else days[:at]
        after = (days[at:] + random.choices(days, k=_FOLLOWED_DAYS))[:_FOLLOWED_DAYS]
        dropped = before + halved(after, random)
        tally.noticed.append(noticed_after(dropped, person.team, way(person), dropped_at=len(before)))
    return tally


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description="Judge the alerts on drops.")
    parser.add_argument("--share", type=float, default=1.0, help="how much of the work, up to 1")
    share = parser.parse_args().share
    rep_years = round(4_000 * share)
    print(f"simulated teams, {rep_years:,} rep-years each: false alerts per rep and {_BUDGET.days} worked days (budget 1),")
    print("days on which the condition is true, halvings noticed within ten and twenty worked days")
    for mean in (40, 15, 2):
        on_simulated_teams(mean, rep_years=rep_years)
    on_the_real_trace(draws=round(1_000 * share), rounds=max(2, round(300 * share)))


if __name__ == "__main__":
    main()
