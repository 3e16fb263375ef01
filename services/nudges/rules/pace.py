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
from services.nudges.domain.trends.low_counts import probability_of_as_low
from services.nudges.rules.rule import AlarmBudget, Proposal, rep_rule
from shared.events import BehaviourResult, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

DAYS_KNOWN_MIN: Final = 40
"""Some days begin far lower than the others. Whatever their share is, sixty days without one and then one come at most 1.5
times in 250 days."""
PROBABILITY_MAX: Final = 1 / 500
"""Of a normal day that is as low. Half of the budget of one false hint in 250 days is left for days that are no negative
binomial."""
BEHIND_MAX: Final = 0.5
COOLDOWN_DAYS: Final = 14
_LISTED_MAX: Final = 2


@rep_rule(
    name="pace",
    title=marked("Pace"),
    when=marked(
        "By the middle of the day something has counted, but less than by that time on each of the last forty to sixty active "
        "days, at most half of the median, and less than chance explains. The message names what is still in reach."
    ),
    limits=marked(
        "At most one false hint per rep in 250 working days; at most once in two weeks, and only if something is still in "
        "reach."
    ),
    kind=NudgeKind.COACHING,
    moment=Moment.MIDDAY,
    priority=310,
    cooldown_days=COOLDOWN_DAYS,
    budget=AlarmBudget(
        working_days=250,
        false_alarm="The day is like any other: by chance less than usual has counted by its middle.",
        calibration="The rep's own forty to sixty days: the count must be below all of them, and have a probability of at most "
        "one in 500 under a negative binomial that is fitted to them. That is half of the budget; the rest is for days that "
        "don't follow one.",
        silence="Until the middle of forty active days is known; while nothing has counted today; for two weeks after a hint.",
    ),
    is_shortfall=True,
)
def pace(context: RuleContext) -> Proposal | None:
    """Proposed when, past the middle of an open working day, something has counted, but less than by the middle of each of
    the last forty to sixty active days, at most half of what is usual by then and less than chance explains, and something of
    the plan is still in reach: no more of a behaviour than usually comes in the second half of the day."""
    report, middays = context.report, [day for day in context.middays if any(day.by_end.values())]
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
    if count >= min(by_midday) or count > BEHIND_MAX * typical or not reachable:
        return None
    if probability_of_as_low(count, by_midday) > PROBABILITY_MAX:
        return None
    name, time, more = first_name(report.rep.name), clock_time(context.now, report.timezone), joined(reachable)
    done, mean = counted(count, gettext("activities")), f"{typical:.0f}"
    return Proposal(
        wordings=_wordings(name, done=done, time=time, mean=mean, more=more),
        reason=filled(
            gettext(
                "{done} had counted towards the plan by {time}. On each of your last {known} active days you had more by the "
                "middle of the day, usually about {mean}. What's in reach is no more than you usually do in the second half of "
                "a day."
            ),
            done=done,
            time=time,
            known=len(middays),
            mean=mean,
        ),
    )


def _wordings(name: str, *, done: str, time: str, mean: str, more: str) -> tuple[str, ...]:
    return worded(
        gettext("{name}, less than usual so far: {done} counted by {time}, usually about {mean}. Still in reach: {more}."),
        gettext(
            "Behind your usual pace so far, {name}: {done} by {time}, when it's usually about {mean}. There's time for {more}."
        ),
        gettext(
            "A slower start today, {name}: {done} counted by {time}; usually it's about {mean}. There's room for {more} today."
        ),
        name=name,
        done=done,
        time=time,
        mean=mean,
        more=more,
    )


def _in_reach(behaviour: BehaviourResult, middays: Sequence[MiddayCounts]) -> str:
    """What is missing of a behaviour, as far as it usually comes in the second half of a day: `4 more calls`; empty for
    nothing."""
    key = behaviour.key
    typical_after = median(day.by_end.get(key, 0) - day.by_midday.get(key, 0) for day in middays)
    reach = min(math.ceil(behaviour.target - behaviour.count), math.floor(typical_after))
    if reach < 1:
        return ""
    return filled(gettext("{count} more {things}"), count=reach, things=noun(behaviour.label, reach))
