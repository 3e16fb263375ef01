"""Pace: past the middle of a working day, far behind the rep's own usual pace, with what is still in reach today."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.baseline import MiddayCounts
from services.nudges.domain.history import is_plan_done, is_worked, middle_of_work, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import clock_time, counted, first_name, joined, noun
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import BehaviourResult, NudgeKind

DAYS_KNOWN_MIN: Final = 10
_AS_LOW_SHARE_MAX: Final = 1 / 20
"""Of ten to nineteen days none may have been as low as today, of twenty one: normal days are so low one time in ten or less."""
BEHIND_MAX: Final = 0.5
COOLDOWN_DAYS: Final = 14
_LISTED_MAX: Final = 2


@rep_rule(
    name="pace",
    title="Pace",
    when="By the middle of the day something has counted, but less than by that time on each of the last ten or more days (of "
    "twenty, one may be as low), and at most half of the median. The message names what is still in reach.",
    limits="At most once in two weeks, and only if something is still in reach.",
    kind=NudgeKind.COACHING,
    moment=Moment.MIDDAY,
    priority=310,
    cooldown_days=COOLDOWN_DAYS,
    is_shortfall=True,
)
def pace(context: RuleContext) -> Proposal | None:
    """Proposed when, past the middle of an open working day, something has counted, but less than by the middle of each of
    the last ten to twenty worked days (of twenty, one may have been as low) and at most half of what is usual by then, and
    something of the plan is still in reach: no more of a behaviour than usually comes in the second half of the day."""
    report, middays = context.report, context.middays
    middle = middle_of_work(report)
    if report.silent or report.state != "open" or not is_worked(report) or middle is None or context.now < middle:
        return None
    planned = planned_behaviours(report)
    count = sum(behaviour.count for behaviour in planned)
    if not count or is_plan_done(report) or len(middays) < DAYS_KNOWN_MIN:
        return None
    by_midday = [sum(day.by_midday.values()) for day in middays]
    typical = median(by_midday)
    reachable = [phrase for behaviour in planned if (phrase := _in_reach(behaviour, middays))][:_LISTED_MAX]
    as_low = sum(other <= count for other in by_midday)
    if as_low > _AS_LOW_SHARE_MAX * len(middays) or count > BEHIND_MAX * typical or not reachable:
        return None
    name, time, more = first_name(report.rep.name), clock_time(context.now, report.timezone), joined(reachable)
    done, normal, known = counted(count, "activities"), f"about {typical:.0f}", len(middays)
    return Proposal(
        wordings=(
            f"{name}, {done} counted towards your plan by {time}; usually it's {normal} by now. Still in reach: {more}.",
            f"So far, {name}, {done} counted towards your plan; by {time} it's usually {normal}. There's time for {more}.",
            f"A slower start today, {name}: {done} counted by {time}; usually it's {normal}. There's room for {more} today.",
        ),
        reason=(
            f"{done} had counted towards the plan by {time}. On {known - as_low} of the last {known} working days you had more "
            f"by the middle of the day, usually {normal}. What's in reach is no more than you usually do in the second half "
            "of a day."
        ),
    )


def _in_reach(behaviour: BehaviourResult, middays: Sequence[MiddayCounts]) -> str:
    """What is missing of a behaviour, as far as it usually comes in the second half of a day: `4 more calls`; empty for
    nothing."""
    key = behaviour.key
    typical_after = median(day.by_end.get(key, 0) - day.by_midday.get(key, 0) for day in middays)
    reach = min(math.ceil(behaviour.target - behaviour.count), math.floor(typical_after))
    return f"{reach} more {noun(behaviour.label, reach)}" if reach >= 1 else ""
