"""Calibration: checks the error budget on a team's own history. In days put into random order every alert is a false one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import BASELINE_DAYS_MIN, WINDOWS_DAYS, Assessment, assess
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import TeamBaseline, estimate_team_baseline

_SUNDAY: Final = 6
_LOCAL_TIME: Final = time(4)
"""Before anybody works, and after the hour in which clocks are put forward or back."""
DAYS_BEFORE_ASSESSMENT: Final = BASELINE_DAYS_MIN + WINDOWS_DAYS[0] - 1
"""A rep's first worked days, on which nothing can be assessed yet."""
_ALERTS_AIM: Final = 0.95
"""Alert rates are known to about a twentieth, so that much of the budget is kept back."""
_STRICTNESS_MAX: Final = 2.0
_STRICTNESS_MIN: Final = -0.5
"""A history with few alerts may be chance, so it loosens the limits only a little."""
_STRICTNESS_STEP: Final = 0.01
_PRIOR_DAYS: Final = 20.0
"""The team's limit weighs as much as this many days on which the rep was assessed."""


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
    without calibration, and with the reps' limits. `days` worked days were assessed in `rounds` random orders."""

    strictness: float
    rep_strictness: tuple[float, ...]
    alerts_before: float
    alerts_after: float
    days: int
    rounds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shuffle:
    """One rep's days in one random order. For each day: the excess over the limit (None if it was not assessed), and the
    cooldown that an alert would start."""

    excess: tuple[float | None, ...]
    cooldown: tuple[int, ...]

    @property
    def assessed_days(self) -> int:
        return sum(1 for excess in self.excess if excess is not None)

    def count_alerts(self, strictness: float) -> int:
        """How many alerts there would have been if the limit had been stricter by so much."""
        count, index = 0, 0
        while index < len(self.excess):
            excess = self.excess[index]
            if excess is not None and excess >= strictness:
                count += 1
                index += self.cooldown[index]
            index += 1
        return count


_Shuffles = Sequence[_Shuffle]
"""One rep's days in each of the random orders."""


def calibrate(reps: Sequence[Sequence[WorkedDay]], budget: ErrorBudget, *, rounds: int, random: Random) -> Calibration | None:
    """The strictness, of a team and of each rep, at which the team's own days keep the budget in `rounds` random orders.

    A random order contains no drop, whatever the true distribution of the days is: the only assumption is that they are
    exchangeable. Days are given oldest first; each keeps its weekday and its exposure. Rates are known to about one part in
    sqrt(days / budget.days), so `rounds` should make a hundred times the budget's days, and ten times for each rep.

    A rep's limit lies between the team's and the one at which the rep's own days keep the budget, at own / (own + 20) of the
    way, where own is the number of days on which the rep was assessed in one order: the weight of an estimate against a prior
    that is worth twenty such days (Efron and Morris 1975, Data Analysis Using Stein's Estimator). Then all limits are moved
    together until the team keeps the budget, so that the shrinkage is not paid for with false alerts. Limits become at most
    2 standard deviations stricter (`alerts_after` says whether that was enough) and at most 0.5 laxer. None when nobody has
    enough days to be assessed at all.
    """
    team = estimate_team_baseline(reps)
    uncalibrated = ErrorBudget(days=budget.days)
    shuffles = [[_shuffle(days, team, uncalibrated, random) for _ in range(rounds)] for days in reps]
    assessed_days = sum(shuffle.assessed_days for of_rep in shuffles for shuffle in of_rep)
    if not assessed_days:
        return None
    no_offsets = [0.0] * len(shuffles)
    team_strictness = _solve_strictness(shuffles, no_offsets, days=budget.days)
    offsets = [_rep_offset(of_rep, team_strictness, days=budget.days) for of_rep in shuffles]
    common = _solve_strictness(shuffles, offsets, days=budget.days)
    rep_strictness = tuple(_bounded(common + offset) for offset in offsets)
    return Calibration(
        strictness=team_strictness,
        rep_strictness=rep_strictness,
        alerts_before=_alert_rate(shuffles, no_offsets, days=budget.days),
        alerts_after=_alert_rate(shuffles, rep_strictness, days=budget.days),
        days=assessed_days,
        rounds=rounds,
    )


def _rep_offset(shuffles: _Shuffles, team_strictness: float, *, days: int) -> float:
    """How far a rep's limit is from the team's."""
    own_days = sum(shuffle.assessed_days for shuffle in shuffles) / len(shuffles)
    if not own_days:
        return 0.0
    return own_days / (own_days + _PRIOR_DAYS) * (_solve_strictness([shuffles], [0.0], days=days) - team_strictness)


def _solve_strictness(reps: Sequence[_Shuffles], offsets: Sequence[float], *, days: int) -> float:
    """What must be added to everybody's limit, on top of each rep's offset, to keep the budget; solved by bisection."""
    low, high = _STRICTNESS_MIN, _STRICTNESS_MAX
    while high - low > _STRICTNESS_STEP:
        middle = (low + high) / 2
        alerts = _alert_rate(reps, [_bounded(middle + offset) for offset in offsets], days=days)
        low, high = (middle, high) if alerts > _ALERTS_AIM else (low, middle)
    return high


def _alert_rate(reps: Sequence[_Shuffles], strictness: Sequence[float], *, days: int) -> float:
    """False alerts per rep and `days` worked days."""
    alerts = sum(shuffle.count_alerts(limit) for shuffles, limit in zip(reps, strictness, strict=True) for shuffle in shuffles)
    return alerts * days / sum(shuffle.assessed_days for shuffles in reps for shuffle in shuffles)


def _bounded(strictness: float) -> float:
    return min(_STRICTNESS_MAX, max(_STRICTNESS_MIN, strictness))


def _shuffle(days: Sequence[WorkedDay], team: TeamBaseline, budget: ErrorBudget, random: Random) -> _Shuffle:
    shuffled = random.sample(days, len(days))
    findings = [assess(shuffled[: index + 1], team, budget) for index in range(len(shuffled))]
    return _Shuffle(
        excess=tuple(finding.excess if isinstance(finding, Assessment) else None for finding in findings),
        cooldown=tuple(cooldown_days(finding.window_days) if isinstance(finding, Assessment) else 0 for finding in findings),
    )
