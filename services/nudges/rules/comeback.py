"""Comeback: the plan is done again after two or more worked days on which it was not.

In a trial with 61,293 people the best of 54 interventions was a small reward for coming back after a miss (Milkman et al.
2021).
"""

from collections.abc import Sequence
from datetime import date
from itertools import takewhile
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import has_activity, is_plan_done
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import (
    WEEKDAYS,
    breakdown,
    count_phrase,
    day_phrase,
    first_name,
    long_date,
    met_targets,
    open_targets,
)
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import DayReport, NudgeKind

MISSED_DAYS_MIN: Final = 2
_LISTED_DAYS_MAX: Final = 4
_LISTED_WITHIN_DAYS: Final = 7
_COUNTED_DAYS_MAX: Final = 5


@rep_rule(
    name="comeback",
    title="Comeback",
    when="The plan is done after two or more worked days with activity on which it was not.",
    limits="Not after a single missed day. Leave, holidays, days off and days without any activity do not count as missed.",
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=100,
    is_reevaluated=True,
)
def comeback(context: RuleContext) -> Proposal | None:
    """Proposed when the plan is done and the worked days just before it all missed theirs, two or more of them with activity:
    on a day without any the rep may have been away."""
    report = context.report
    if report.silent or not is_plan_done(report):
        return None
    below = takewhile(lambda day: not is_plan_done(day), context.history.recent(report.day))
    missed = [day for day in below if has_activity(day)]
    if len(missed) < MISSED_DAYS_MIN:
        return None
    name, day, done = first_name(report.rep.name), day_phrase(report.day, today=context.today), _done(report)
    back = "You're back on plan" if report.day == context.today else f"You got back on plan {day}"
    slow = count_phrase(len(missed), "slow day") if len(missed) <= _COUNTED_DAYS_MAX else "a slow stretch"
    return Proposal(
        wordings=(
            f"{back}, {name}: {done}. Nice recovery after {slow}.",
            f"You made it back to your plan {day}, {name}: {done}. Getting going again is the hard part, and you did it.",
            f"{name}, you hit your plan again {day}: {done}. Good to see.",
            f"That's a comeback, {name}: {done} {day}, after {count_phrase(len(missed), 'day')} below plan.",
            f"You turned it around {day}, {name}: {done}. Well done.",
        ),
        reason=f"Plan reached {day} after {count_phrase(len(missed), 'missed day')} ({_listed(missed, context.today)}).",
    )


def _done(report: DayReport) -> str:
    """Everything that was planned; if more of one behaviour made up for another, what was done, and what is open."""
    still_open = open_targets(report)
    return f"{met_targets(report)}, with {still_open} open" if still_open else breakdown(report)


def _listed(missed: Sequence[DayReport], today: date) -> str:
    """`Tue, Wed`; of many days, or of days long ago, only since when: `since Tuesday 3 March`."""
    first = missed[-1].day
    if len(missed) > _LISTED_DAYS_MAX or (today - first).days >= _LISTED_WITHIN_DAYS:
        return f"since {long_date(first, today=today)}"
    return ", ".join(WEEKDAYS[day.day.weekday()][:3] for day in reversed(missed))
