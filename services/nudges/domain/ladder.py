"""The goal ladder: how large a rep's next step towards a goal is.

Goals that follow what somebody does decline at less than half the speed of fixed ones (Adams et al. 2017, whose goals are the
60th percentile of the last nine days).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Final

from shared.events import DayReport, GoalResult

PERCENTILE: Final = Decimal("0.6")
WEEK_DAYS: Final = 5
DAYS_LOOKED_AT: Final = 20
DAYS_MIN: Final = 10
GROWTH_MAX: Final = Decimal("1.1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """Where a rep stands on the way to a goal in one of its periods.

    `reached` is the count of the newest step that was reached, on `reached_on`, None before the first. `size` is the way from
    there to the next, exact, so that a tenth more of a small step is not lost. `lowered_from` is the size of the steps before
    the period, where its first one is smaller, until it is reached.
    """

    goal: str
    period_start: date
    reached: int
    size: Decimal
    reached_on: date | None = None
    lowered_from: Decimal | None = None

    @property
    def next_step(self) -> int:
        """The count at which the next step is reached."""
        return self.reached + ceil(self.size)


def ladders_after(known: Sequence[Ladder], report: DayReport, worked: Sequence[DayReport]) -> list[Ladder]:
    """The ladders of the goals of a report, after it. `known` are the rep's so far, of any period; `worked` are the worked days
    before the report's, newest first. A period that is over and has no ladder gets none."""
    after = []
    for goal in report.goals:
        usual, of_goal = usual_week(goal.key, worked), [one for one in known if one.goal == goal.key]
        newest = max(of_goal, key=lambda one: one.period_start, default=None)
        if newest is None:
            ladder = first_ladder(goal)
        elif newest.period_start < goal.period_start:
            ladder = ladder_of_period(newest, goal, usual)
        else:
            found = next((one for one in of_goal if is_ladder_of(one, goal)), None)
            if found is None:
                continue
            ladder = found
        after.append(climbed(ladder, goal, usual, day=report.day))
    return after


def first_ladder(goal: GoalResult) -> Ladder:
    """The ladder of who has none yet: in the definition's own steps, those passed so far without a word."""
    reached = goal.count // goal.step * goal.step
    return Ladder(goal=goal.key, period_start=goal.period_start, reached=reached, size=Decimal(goal.step))


def ladder_of_period(before: Ladder, goal: GoalResult, usual: Decimal | None) -> Ladder:
    """The ladder of a period that begins after another. Its steps are those of before, or smaller where that is what the rep's
    weeks hold by now."""
    size = _within(goal, before.size if usual is None else min(before.size, usual))
    lowered_from = before.size if size < before.size else None
    return Ladder(goal=goal.key, period_start=goal.period_start, reached=0, size=size, lowered_from=lowered_from)


def climbed(ladder: Ladder, goal: GoalResult, usual: Decimal | None, *, day: date) -> Ladder:
    """The ladder once the goal's count on a day is known. Each step that is reached opens the next, as large as the rep's weeks
    suggest, but no smaller and at most a tenth larger than the last."""
    while goal.count >= ladder.next_step:
        size = ladder.size if usual is None else max(ladder.size, min(usual, ladder.size * GROWTH_MAX))
        ladder = replace(ladder, reached=ladder.next_step, size=_within(goal, size), reached_on=day, lowered_from=None)
    return ladder


def is_ladder_of(ladder: Ladder, goal: GoalResult) -> bool:
    """Whether it is that of the goal in the same period."""
    return (ladder.goal, ladder.period_start) == (goal.key, goal.period_start)


def size_in_words(goal: GoalResult, ladder: Ladder) -> str:
    """How large steps are, and why: `in steps of 30`."""
    if goal.step_min is None or goal.step_max is None:
        return f"in steps of {goal.step}"
    return (
        f"a step of {ceil(ladder.size)}; steps follow what your last weeks held, at most a tenth larger each time, and stay "
        f"between {goal.step_min} and {goal.step_max}"
    )


def usual_week(key: str, worked: Sequence[DayReport]) -> Decimal | None:
    """The 60th percentile (nearest rank) of what any five worked days in a row held of a goal, over the last twenty; None while
    fewer than ten are known. `worked` are worked days, newest first."""
    amounts = list(_amounts(key, worked[: DAYS_LOOKED_AT + 1]))[:DAYS_LOOKED_AT]
    if len(amounts) < DAYS_MIN:
        return None
    weeks = sorted(sum(amounts[first : first + WEEK_DAYS]) for first in range(len(amounts) - WEEK_DAYS + 1))
    return Decimal(weeks[ceil(PERCENTILE * len(weeks)) - 1])


def _amounts(key: str, worked: Sequence[DayReport]) -> Iterable[int]:
    """What each day added to a goal, newest first; the oldest only where its period began with it."""
    found = [(report.day, goal) for report in worked for goal in report.goals if goal.key == key]
    for number, (day, goal) in enumerate(found):
        earlier = found[number + 1][1] if number + 1 < len(found) else None
        if earlier is not None and earlier.period_start == goal.period_start:
            yield max(goal.count - earlier.count, 0)
        elif earlier is not None or day == goal.period_start:
            yield goal.count


def _within(goal: GoalResult, size: Decimal) -> Decimal:
    """Inside the bounds that the definition sets; without them, its own step."""
    if goal.step_min is None or goal.step_max is None:
        return Decimal(goal.step)
    return min(max(size, Decimal(goal.step_min)), Decimal(goal.step_max))
