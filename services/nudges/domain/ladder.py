"""The goal ladder: how large a rep's next step towards a goal is.

Goals that follow what somebody actually does decline at less than half the speed of fixed ones (Adams et al. 2017, whose goals
are the 60th percentile of the last nine days).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Final

from shared.events import DayReport, GoalKey, GoalResult
from shared.languages.messages import gettext

PERCENTILE: Final = Decimal("0.6")
WEEK_DAYS: Final = 5
DAYS_USED_MAX: Final = 20
DAYS_USED_MIN: Final = 10
GROWTH_MAX: Final = Decimal("1.1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """Where a rep stands on the way to a goal in one of its periods.

    `reached` is the count at the newest step reached, on `reached_on` (None before the first). `size` is the way from there to
    the next step, kept exact so that a tenth more of a small step is not lost. `lowered_from` is the size of the steps before
    the period if its first one is smaller, until that is reached.
    """

    goal: GoalKey
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
    """The ladders of a report's goals, after it. `known` are the rep's ladders so far, of any period; `worked` are the worked
    days before the report's, newest first. A period that is over and has no ladder gets none."""
    ladders = []
    for goal in report.goals:
        weekly, of_goal = typical_week(goal.key, worked), [ladder for ladder in known if ladder.goal == goal.key]
        newest = max(of_goal, key=lambda ladder: ladder.period_start, default=None)
        if newest is None:
            ladder = first_ladder(goal)
        elif newest.period_start < goal.period_start:
            ladder = ladder_of_next_period(newest, goal, weekly)
        else:
            current = next((ladder for ladder in of_goal if is_ladder_of(ladder, goal)), None)
            if current is None:
                continue
            ladder = current
        ladders.append(climbed(ladder, goal, weekly, day=report.day))
    return ladders


def first_ladder(goal: GoalResult) -> Ladder:
    """The ladder of a rep who has none yet: in the playbook's own steps. Those passed so far are not celebrated."""
    reached = goal.count // goal.step * goal.step
    return Ladder(goal=goal.key, period_start=goal.period_start, reached=reached, size=Decimal(goal.step))


def ladder_of_next_period(before: Ladder, goal: GoalResult, weekly: Decimal | None) -> Ladder:
    """The ladder of a period that follows another. Its steps stay as they were, or become smaller if the rep's weeks by now
    hold less. Steps are shown rounded up, so they count as lowered only if that is smaller, too."""
    size = _within_bounds(goal, before.size if weekly is None else min(before.size, weekly))
    lowered_from = before.size if ceil(size) < ceil(before.size) else None
    return Ladder(goal=goal.key, period_start=goal.period_start, reached=0, size=size, lowered_from=lowered_from)


def climbed(ladder: Ladder, goal: GoalResult, weekly: Decimal | None, *, day: date) -> Ladder:
    """The ladder once the goal's count on a day is known. Each step that is reached opens the next, as large as the rep's weeks
    suggest, but never smaller than the last and at most a tenth larger."""
    while goal.count >= ladder.next_step:
        size = ladder.size if weekly is None else max(ladder.size, min(weekly, ladder.size * GROWTH_MAX))
        ladder = replace(ladder, reached=ladder.next_step, size=_within_bounds(goal, size), reached_on=day, lowered_from=None)
    return ladder


def is_ladder_of(ladder: Ladder, goal: GoalResult) -> bool:
    """Whether the ladder belongs to the goal in the same period."""
    return (ladder.goal, ladder.period_start) == (goal.key, goal.period_start)


def typical_week(key: GoalKey, worked: Sequence[DayReport]) -> Decimal | None:
    """The 60th percentile (nearest rank) of what any five consecutive worked days added to a goal, over the last twenty; None
    while fewer than ten are known. `worked` are worked days, newest first."""
    amounts = list(_daily_amounts(key, worked[: DAYS_USED_MAX + 1]))[:DAYS_USED_MAX]
    if len(amounts) < DAYS_USED_MIN:
        return None
    weeks = sorted(sum(amounts[first : first + WEEK_DAYS]) for first in range(len(amounts) - WEEK_DAYS + 1))
    return Decimal(weeks[ceil(PERCENTILE * len(weeks)) - 1])


def _daily_amounts(key: GoalKey, worked: Sequence[DayReport]) -> Iterable[int]:
    """What each day added to a goal, newest first; the oldest day only if its period began with it."""
    results = [(report.day, goal) for report in worked for goal in report.goals if goal.key == key]
    for number, (day, goal) in enumerate(results):
        earlier = results[number + 1][1] if number + 1 < len(results) else None
        if earlier is not None and earlier.period_start == goal.period_start:
            yield max(goal.count - earlier.count, 0)
        elif earlier is not None or day == goal.period_start:
            yield goal.count


def _within_bounds(goal: GoalResult, size: Decimal) -> Decimal:
    """Between the playbook's bounds; without bounds, its own step."""
    if goal.step_min is None or goal.step_max is None:
        return Decimal(goal.step)
    return min(max(size, Decimal(goal.step_min)), Decimal(goal.step_max))


def step_size_phrase(goal: GoalResult, ladder: Ladder) -> str:
    """How large steps are, and why: `in steps of 30`."""
    if goal.step_min is None or goal.step_max is None:
        return gettext("in steps of {size}").format(size=goal.step)
    return gettext(
        "in steps of {size} for now. Step sizes are based on your recent weeks, stay between {low} and {high}, and grow by at "
        "most a tenth at a time, rounded up"
    ).format(size=ceil(ladder.size), low=goal.step_min, high=goal.step_max)
