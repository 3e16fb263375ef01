"""Pace: past the middle of a working day, far behind the rep's own usual by then, with what is still in reach today."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.baseline import Midday
from services.nudges.domain.candidate import RULE_PACE, Called
from services.nudges.domain.history import is_plan_done, is_worked, middle_of_work
from services.nudges.domain.phrases import clock_time, first_name
from shared.events import BehaviourResult, NudgeKind

DAYS_KNOWN_MIN: Final = 10
_AS_LOW_PER_DAY: Final = 1 / 20
"""Of ten to nineteen days none may have been as low as today, of twenty one: normal days are so low one time in ten or less."""
BEHIND_MAX: Final = 0.5
REST_DAYS: Final = 14
_NAMED_MAX: Final = 2


def pace(situation: Situation) -> Called | None:
    """Called for when, past the middle of an open working day, something has counted, but less than by the middle of each of
    the last ten to twenty worked days (of twenty one may have been as low) and at most half of what is usual by then, and
    something of the plan is still in reach: no more of a behaviour than usually comes in the second half of the day."""
    report, middays = situation.report, situation.middays
    middle = middle_of_work(report)
    if report.silent or report.state != "open" or not is_worked(report) or middle is None or situation.now < middle:
        return None
    asked = [behaviour for behaviour in report.behaviours if behaviour.target > 0]
    counted = sum(behaviour.count for behaviour in asked)
    if not counted or is_plan_done(report) or len(middays) < DAYS_KNOWN_MIN:
        return None
    by_then = [sum(day.by_then.values()) for day in middays]
    usual = median(by_then)
    reach = [said for behaviour in asked if (said := _in_reach(behaviour, middays))][:_NAMED_MAX]
    as_low = sum(count <= counted for count in by_then)
    if as_low > _AS_LOW_PER_DAY * len(middays) or counted > BEHIND_MAX * usual or not reach:
        return None
    name, time, more = first_name(report.rep.name), clock_time(situation.now, report.timezone), " and ".join(reach)
    return Called(
        rule=RULE_PACE,
        kind=NudgeKind.COACHING,
        occasion=report.day.isoformat(),
        is_shortfall=True,
        wordings=(
            f"{name}, {counted} logged by {time}; about {usual:.0f} is usual by now. Still in reach today: {more}.",
            f"{counted} logged so far, {name}, where {usual:.0f} is usual by {time}. The afternoon still has room for {more}.",
            f"A slow start, {name}: {counted} by {time}, usually {usual:.0f}. If the day allows, {more} would still fit in.",
        ),
        reason=(
            f"By {time} {counted} had counted; on {len(middays) - as_low} of the last {len(middays)} worked days "
            f"it was more by their middle, usually {usual:.0f}. What is in reach is no more than usually comes after it."
        ),
        rest_days=REST_DAYS,
    )


def _in_reach(behaviour: BehaviourResult, middays: Sequence[Midday]) -> str:
    """What is missing of a behaviour, as far as it usually comes in the second half of a day: `4 calls`; empty for nothing."""
    usually_after = median(day.in_all.get(behaviour.key, 0) - day.by_then.get(behaviour.key, 0) for day in middays)
    reach = min(math.ceil(behaviour.target - behaviour.count), math.floor(usually_after))
    return f"{behaviour.label.lower()} {reach} more" if reach >= 1 else ""
