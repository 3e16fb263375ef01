"""Calibration: checks the error budget on a team's own history. In runs of days put into random order every alert is a false
one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.drop.counts import DaySums, WorkedDay, active_days
from services.nudges.domain.drop.detector import ACTIVE_DAYS_MIN, assess_at
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import TeamBaseline, estimate_team_baseline

_SUNDAY: Final = 6
_LOCAL_TIME: Final = time(4)
"""Before anybody works, and after the hour in which clocks are put forward or back."""
JUDGED_DAYS_MIN: Final = 250
"""Nothing is said about a team before it has so many judged days: fewer do not tell how its counts vary."""
_ALERTS_AIM: Final = 0.8
"""Limits that just keep the budget on sixty days exceed it by about a fifth in the year after them: that much is kept back."""
_STRICTNESS_MAX: Final = 3.0
_STRICTNESS_MIN: Final = -1.5
"""Truncated at the lowest counts, evidence grows more slowly than the formula of the limit allows for."""
_STRICTNESS_STEP: Final = 0.01
_RUN_DAYS: Final = (1, 10)
"""So many active days stay together in a random order. Activity comes in stretches; ten are about two weeks."""
_PRIOR_DAYS: Final = 20.0
"""The team's limit weighs as much as this many active days on which the rep was assessed."""


def next_calibration(timezone: str, *, now: datetime) -> datetime:
    """The next Sunday at four o'clock in the team's time zone."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    sunday = today + timedelta(days=(_SUNDAY - today.weekday()) % 7)
    first, second = (datetime.combine(day, _LOCAL_TIME, ZoneInfo(timezone)) for day in (sunday, sunday + timedelta(weeks=1)))
    return first if first > now else second


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """`strictness` keeps the budget on a team's history with one limit for everybody; `rep_strictness` does so with a limit for
    each rep, in the order in which they were given. `alerts_before` and `alerts_after` are false alerts per rep and budget:
    without calibration, and with the reps' limits. `judged_days` are the working days that the history covers; `rounds` random
    orders were made of it."""

    strictness: float
    rep_strictness: tuple[float, ...]
    alerts_before: float
    alerts_after: float
    judged_days: int
    rounds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shuffle:
    """One rep's active days in one random order. For each that was assessed: the excess over the limit, and the cooldown that
    an alert would start."""

    excess: tuple[float, ...]
    cooldown: tuple[int, ...]

    def count_alerts(self, strictness: float) -> int:
        """How many alerts there would have been if the limit had been stricter by so much."""
        count, index = 0, 0
        while index < len(self.excess):
            if self.excess[index] >= strictness:
                count += 1
                index += self.cooldown[index]
            index += 1
        return count


@dataclass(frozen=True, kw_only=True, slots=True)
class _RepShuffles:
    """One rep's active days in each of the random orders. `judged_days` are the working days, active or not, of one order."""

    shuffles: Sequence[_Shuffle]
    judged_days: float

    @property
    def active_days(self) -> int:
        """How many are assessed in one order."""
        return len(self.shuffles[0].excess)


def judged_days_of(days: Sequence[WorkedDay]) -> float:
    """On how many of a rep's working days (oldest first) the detector can judge, in the long run: those from the active day on
    from which enough is known."""
    active = len(active_days(days))
    return max(0, active - ACTIVE_DAYS_MIN + 1) * len(days) / active if active else 0.0


def calibrate(reps: Sequence[Sequence[WorkedDay]], budget: ErrorBudget, *, rounds: int, random: Random) -> Calibration | None:
    """The strictness, of a team and of each rep, at which the team's own days keep the budget in `rounds` random orders, of
    single days and of runs of ten.

    A random order contains no drop, whatever the true distribution of the active days is: the only assumption is that days, or
    runs, are exchangeable. Single days are not where a slow one is often followed by another; runs (the blocks of Künsch 1989,
    The Jackknife and the Bootstrap for General Stationary Observations) are few. So the stricter of both counts. Working days
    are given oldest first, those without activity included. Rates are known to about one part in sqrt(judged days x rounds /
    budget.days), so `rounds` should make a hundred times the budget's days, and ten times for each rep.

    A rep's limit lies between the team's and the one at which the rep's own days keep the budget, at own / (own + 20) of the
    way, where own is the number of active days on which the rep was assessed in one order: the weight of an estimate against a
    prior that is worth twenty such days (Efron and Morris 1975, Data Analysis Using Stein's Estimator). Then all limits are
    moved together until the team keeps the budget, so that the shrinkage is not paid for with false alerts. Limits become at
    most 3 stricter (`alerts_after` says whether that was enough) and at most 1.5 laxer. None while the team has fewer than 250
    judged days.
    """
    if sum(map(judged_days_of, reps)) < JUDGED_DAYS_MIN:
        return None
    team, budget = estimate_team_baseline(reps), ErrorBudget(days=budget.days)
    orders = [
        [_shuffle_rep(days, team, budget, run_days=run_days, rounds=rounds, random=random) for days in reps]
        for run_days in _RUN_DAYS
    ]
    team_limits, rep_limits = zip(*[_solve(shuffles, days=budget.days) for shuffles in orders], strict=True)
    rep_strictness = tuple(map(max, zip(*rep_limits, strict=True)))
    unchanged = [0.0] * len(reps)
    return Calibration(
        strictness=max(team_limits),
        rep_strictness=rep_strictness,
        alerts_before=max(_alert_rate(shuffles, unchanged, days=budget.days) for shuffles in orders),
        alerts_after=max(_alert_rate(shuffles, rep_strictness, days=budget.days) for shuffles in orders),
        judged_days=round(sum(of_rep.judged_days for of_rep in orders[0])),
        rounds=rounds,
    )


def _solve(shuffles: Sequence[_RepShuffles], *, days: int) -> tuple[float, list[float]]:
    """The strictness of the team and of each rep that keeps the budget in these orders."""
    team_strictness = _solve_strictness(shuffles, [0.0] * len(shuffles), days=days)
    offsets = [_rep_offset(of_rep, team_strictness, days=days) for of_rep in shuffles]
    common = _solve_strictness(shuffles, offsets, days=days)
    return team_strictness, [_bounded(common + offset) for offset in offsets]


def _rep_offset(rep: _RepShuffles, team_strictness: float, *, days: int) -> float:
    """How far a rep's limit is from the team's."""
    if not rep.judged_days:
        return 0.0
    weight = rep.active_days / (rep.active_days + _PRIOR_DAYS)
    return weight * (_solve_strictness([rep], [0.0], days=days) - team_strictness)


def _solve_strictness(reps: Sequence[_RepShuffles], offsets: Sequence[float], *, days: int) -> float:
    """What must be added to everybody's limit, on top of each rep's offset, to keep the budget; solved by bisection."""
    low, high = _STRICTNESS_MIN, _STRICTNESS_MAX
    while high - low > _STRICTNESS_STEP:
        middle = (low + high) / 2
        alerts = _alert_rate(reps, [_bounded(middle + offset) for offset in offsets], days=days)
        low, high = (middle, high) if alerts > _ALERTS_AIM else (low, middle)
    return high


def _alert_rate(reps: Sequence[_RepShuffles], strictness: Sequence[float], *, days: int) -> float:
    """False alerts per rep and `days` judged days."""
    alerts = sum(shuffle.count_alerts(limit) for rep, limit in zip(reps, strictness, strict=True) for shuffle in rep.shuffles)
    return alerts * days / sum(rep.judged_days * len(rep.shuffles) for rep in reps)


def _bounded(strictness: float) -> float:
    return min(_STRICTNESS_MAX, max(_STRICTNESS_MIN, strictness))


def _shuffle_rep(
    days: Sequence[WorkedDay], team: TeamBaseline, budget: ErrorBudget, *, run_days: int, rounds: int, random: Random
) -> _RepShuffles:
    active = active_days(days)
    if len(active) < ACTIVE_DAYS_MIN:
        return _RepShuffles(shuffles=[_Shuffle(excess=(), cooldown=())], judged_days=0.0)
    share = len(active) / len(days)
    shuffles = [_shuffle(_in_random_order(active, run_days, random), team, budget, share) for _ in range(rounds)]
    return _RepShuffles(shuffles=shuffles, judged_days=judged_days_of(days))


def _in_random_order(days: Sequence[WorkedDay], run_days: int, random: Random) -> list[WorkedDay]:
    """Runs of so many days, in random order: within them a good stretch, or a bad one, stays together."""
    first = random.randrange(1, run_days + 1)
    runs = [days[:first], *[days[start : start + run_days] for start in range(first, len(days), run_days)]]
    random.shuffle(runs)
    return [day for run in runs for day in run]


def _shuffle(days: Sequence[WorkedDay], team: TeamBaseline, budget: ErrorBudget, active_share: float) -> _Shuffle:
    sums, limit = DaySums(days, team.weekday_factors), budget.limit(active_share)
    assessments = [assess_at(sums, end, team, limit) for end in range(ACTIVE_DAYS_MIN, len(days) + 1)]
    known = [assessment for assessment in assessments if assessment is not None]
    return _Shuffle(
        excess=tuple(assessment.excess for assessment in known),
        cooldown=tuple(cooldown_days(assessment.window_days, active_share) for assessment in known),
    )
