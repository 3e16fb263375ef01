"""The budget re-checked on a team's own history, and each rep's: alerts on days in a random order are false."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import SPANS_DAYS, USUAL_DAYS_MIN, Judged, judge
from services.nudges.domain.drop.error_budget import ErrorBudget, cool_down_days
from services.nudges.domain.drop.expectation import TeamUsual, usual_of_team

_RECHECKED_ON: Final = 6
_RECHECKED_AT: Final = time(4)
"""On Sundays, before anybody works, and after the hour at which clocks are put forward or back."""
DAYS_UNJUDGED: Final = USUAL_DAYS_MIN + SPANS_DAYS[0] - 1
"""A rep's first worked days, before any can be judged."""
_AIM: Final = 0.95
"""The rates are known to about a twentieth: that much of the budget is kept back."""
_STRICTER_MAX: Final = 2.0
_LAXER_MAX: Final = 0.5
"""A quiet history is no licence: chance, too, gives one."""
_STRICTNESS_STEP: Final = 0.01
_TEAM_DAYS: Final = 20.0
"""The team's limit counts for as much as this many days on which the rep was judged."""


def next_calibration(timezone: str, *, now: datetime) -> datetime:
    """The next time that it is four o'clock on a Sunday in the team's zone."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    sunday = today + timedelta(days=(_RECHECKED_ON - today.weekday()) % 7)
    first, second = (datetime.combine(day, _RECHECKED_AT, ZoneInfo(timezone)) for day in (sunday, sunday + timedelta(weeks=1)))
    return first if first > now else second


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """`strictness` keeps the budget's promise on a team's history with one limit for all, `of_reps` with a limit for each rep,
    in the order in which they were given. `alerts_before` and `alerts_after`: false alerts per rep and budget without
    calibration and with the reps' limits; `days` worked days were judged in `rounds` random orders."""

    strictness: float
    of_reps: tuple[float, ...]
    alerts_before: float
    alerts_after: float
    days: int
    rounds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Watched:
    """One person's days in one random order: by day, the excess over the limit (None: not judged) and the cool-down."""

    excess: tuple[float | None, ...]
    cool_down: tuple[int, ...]

    @property
    def judged(self) -> int:
        return sum(1 for one in self.excess if one is not None)

    def alerts(self, strictness: float) -> int:
        """How many there would have been if the limit had been so much stricter."""
        count, index = 0, 0
        while index < len(self.excess):
            excess = self.excess[index]
            if excess is not None and excess >= strictness:
                count += 1
                index += self.cool_down[index]
            index += 1
        return count


def calibrate(reps: Sequence[Sequence[WorkedDay]], budget: ErrorBudget, *, rounds: int, random: Random) -> Calibration | None:
    """The strictness at which a team's own days, each rep's put into `rounds` random orders, keep the budget: of the team, and
    of each rep.

    A random order has no drop in it, whatever the days' true distribution is: only that they are exchangeable is assumed.
    Oldest day first; each day keeps its weekday and its exposure. The rates are known to about one part in
    sqrt(days / budget.days), so rounds should make a hundred times the budget's days, and ten times for each rep.

    A rep's limit lies between the team's and the one at which the rep's own days keep the budget, at the part
    own / (own + 20) of the way, where own is the number of days on which the rep was judged in one order: the weight of an
    estimate beside a prior that is worth twenty such days (Efron and Morris, 1975, Data Analysis Using Stein's Estimator). Then
    all are moved together until the team keeps the budget, so that what the shrinkage leaves is not paid by anybody's false
    alerts. Limits become at most 2 standard deviations stricter (`alerts_after` says whether that was enough) and 0.5 laxer.
    None when nobody has days enough to be judged at all.
    """
    team = usual_of_team(reps)
    plain = ErrorBudget(days=budget.days)
    orders = [[_watched(random.sample(days, len(days)), team, plain) for _ in range(rounds)] for days in reps]
    judged = sum(one.judged for of_rep in orders for one in of_rep)
    if not judged:
        return None
    nowhere = [0.0] * len(orders)
    same = _strictness(orders, nowhere, days=budget.days)
    away = [_away(of_rep, same, days=budget.days) for of_rep in orders]
    moved = _strictness(orders, away, days=budget.days)
    of_reps = tuple(_bounded(moved + one) for one in away)
    return Calibration(
        strictness=same,
        of_reps=of_reps,
        alerts_before=_alerts(orders, nowhere, days=budget.days),
        alerts_after=_alerts(orders, of_reps, days=budget.days),
        days=judged,
        rounds=rounds,
    )


_Orders = Sequence[_Watched]
"""One rep's days in each of the random orders."""


def _away(orders: _Orders, same: float, *, days: int) -> float:
    """How far a rep's limit is from the team's."""
    own = sum(one.judged for one in orders) / len(orders)
    if not own:
        return 0.0
    return own / (own + _TEAM_DAYS) * (_strictness([orders], [0.0], days=days) - same)


def _strictness(reps: Sequence[_Orders], away: Sequence[float], *, days: int) -> float:
    """What is to be added to the limits of all, each so far away from the others', to keep the budget."""
    low, high = -_LAXER_MAX, _STRICTER_MAX
    while high - low > _STRICTNESS_STEP:
        middle = (low + high) / 2
        alerts = _alerts(reps, [_bounded(middle + one) for one in away], days=days)
        low, high = (middle, high) if alerts > _AIM else (low, middle)
    return high


def _alerts(reps: Sequence[_Orders], strictness: Sequence[float], *, days: int) -> float:
    """Per rep and `days` worked days."""
    alerts = sum(one.alerts(limit) for orders, limit in zip(reps, strictness, strict=True) for one in orders)
    return alerts * days / sum(one.judged for orders in reps for one in orders)


def _bounded(strictness: float) -> float:
    return min(_STRICTER_MAX, max(-_LAXER_MAX, strictness))


def _watched(days: Sequence[WorkedDay], team: TeamUsual, budget: ErrorBudget) -> _Watched:
    findings = [judge(days[: index + 1], team, budget) for index in range(len(days))]
    return _Watched(
        excess=tuple(one.excess if isinstance(one, Judged) else None for one in findings),
        cool_down=tuple(cool_down_days(one.span_days) if isinstance(one, Judged) else 0 for one in findings),
    )
