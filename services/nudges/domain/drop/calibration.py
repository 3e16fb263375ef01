"""The budget re-checked on a team's own history: what would have been alerts on days in a random order are false ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from services.nudges.domain.drop.budget import ErrorBudget, cool_down_days
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.usual import TeamUsual, usual_of_team
from services.nudges.domain.drop.watch import SPANS_DAYS, USUAL_DAYS_MIN, Judged, judge

DAYS_UNJUDGED: Final = USUAL_DAYS_MIN + SPANS_DAYS[0] - 1
"""A rep's first worked days, before any can be judged."""
_AIM: Final = 0.95
"""The rates are known to about a twentieth: that much of the budget is kept back."""
_STRICTER_MAX: Final = 2.0
_LAXER_MAX: Final = 0.5
"""A quiet history is no licence: chance, too, gives one."""
_STRICTNESS_STEP: Final = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """`budget` keeps its promise on this history. `alerts_before` and `alerts_after`: false alerts per rep and `budget.days`
    worked days without calibration and with it; `days` worked days were judged in `rounds` random orders."""

    budget: ErrorBudget
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
    """The strictness at which a team's own days, each rep's put into `rounds` random orders, keep the budget.

    A random order has no drop in it, whatever the days' true distribution is: only that they are exchangeable is assumed.
    Oldest day first; each day keeps its weekday and its exposure. The rates are known to about one part in
    sqrt(days / budget.days), so rounds should make a hundred times the budget's days. Limits become at most 2 standard
    deviations stricter (`alerts_after` says whether that was enough) and 0.5 laxer. None when nobody has days enough to be
    judged at all.
    """
    team = usual_of_team(reps)
    plain = ErrorBudget(days=budget.days)
    watched = [_watched(random.sample(days, len(days)), team, plain) for _ in range(rounds) for days in reps]
    judged = sum(one.judged for one in watched)
    if not judged:
        return None

    def alerts(strictness: float) -> float:
        return sum(one.alerts(strictness) for one in watched) * budget.days / judged

    low, high = -_LAXER_MAX, _STRICTER_MAX
    while high - low > _STRICTNESS_STEP:
        middle = (low + high) / 2
        low, high = (middle, high) if alerts(middle) > _AIM else (low, middle)
    return Calibration(
        budget=ErrorBudget(days=budget.days, strictness=high),
        alerts_before=alerts(0.0),
        alerts_after=alerts(high),
        days=judged,
        rounds=rounds,
    )


def _watched(days: Sequence[WorkedDay], team: TeamUsual, budget: ErrorBudget) -> _Watched:
    findings = [judge(days[: index + 1], team, budget) for index in range(len(days))]
    return _Watched(
        excess=tuple(one.excess if isinstance(one, Judged) else None for one in findings),
        cool_down=tuple(cool_down_days(one.span_days) if isinstance(one, Judged) else 0 for one in findings),
    )
