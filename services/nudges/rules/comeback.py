"""Comeback: the plan is done again after two or more worked days on which it was not.

In a trial with 61,293 people the best of 54 interventions was a small reward for coming back after a miss (Milkman et al.
2021).
"""

from collections.abc import Sequence
from datetime import date
from itertools import takewhile
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import RECENT, are_targets_met, has_activity, is_plan_done
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import (
    WEEKDAYS,
    below_target,
    breakdown,
    count_phrase,
    day_phrase,
    first_name,
    long_date,
    met_targets,
    score_text,
)
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import DayReport, NudgeKind

MISSED_DAYS_MIN: Final = 2
_LISTED_DAYS_MAX: Final = 4
_LISTED_WITHIN_DAYS: Final = 7
_COUNTED_DAYS_MAX: Final = 5


@possible_if(lambda report, _: is_plan_done(report))
@rep_rule(
    name="comeback",
    title="Comeback",
    when="The score reaches 100 after two or more worked days with activity on which it did not.",
    limits="Not after a single missed day. Leave, holidays, days off and days without any activity do not count as missed.",
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=100,
    requires_done_plan=True,
    is_reevaluated=True,
)
def comeback(context: RuleContext) -> Proposal | None:
    """Proposed when the plan is done and the worked days just before it all missed theirs, two or more of them in six weeks and
    with activity: on a day without any the rep may have been away. Earlier misses of the same run are counted, too."""
    report = context.report
    if report.silent or not is_plan_done(report):
        return None
    below = takewhile(lambda day: not is_plan_done(day), context.history.worked)
    missed = [day for day in below if has_activity(day)]
    if sum(day.day >= report.day - RECENT for day in missed) < MISSED_DAYS_MIN:
        return None
    name, day, days = first_name(report.rep.name), day_phrase(report.day, today=context.today), len(missed)
    slow = count_phrase(days, "slow day") if days <= _COUNTED_DAYS_MAX else "a slow stretch"
    after = f"after {count_phrase(days, 'missed day')} ({_listed(missed, context.today)})"
    is_today = report.day == context.today
    if not are_targets_met(report):
        remainder = below_target(report, is_today=is_today)
        return Proposal(
            wordings=_wordings_below_target(name, day, report, slow=slow, days=days, remainder=remainder),
            reason=f"Your score reached {score_text(report)} {day} {after}.",
        )
    done = breakdown(report)
    back = "You're back on plan" if is_today else f"You got back on plan {day}"
    return Proposal(
        wordings=(
            f"{back}, {name}: {done}. Nice recovery after {slow}.",
            f"You made it back to your plan {day}, {name}: {done}. Getting going again is the hard part, and you did it.",
            f"{name}, you hit your plan again {day}: {done}. Good to see.",
            f"That's a comeback, {name}: {done} {day}, after {count_phrase(days, 'day')} below plan.",
            f"You turned it around {day}, {name}: {done}. Well done.",
        ),
        reason=f"Plan reached {day} {after}.",
    )


def _wordings_below_target(name: str, day: str, report: DayReport, *, slow: str, days: int, remainder: str) -> tuple[str, ...]:
    """For days on which more of one behaviour made up for less of another."""
    score, met = score_text(report), met_targets(report)
    hard = "Getting going again is the hard part, and you did it."
    return (
        f"Your score got back to {score} {day}, {name}: {met}. Nice recovery after {slow}. {remainder}",
        f"You got back to a score of {score} {day}, {name}: {met}. {hard} {remainder}",
        f"{name}, you scored {score} {day}: {met}. Good to see. {remainder}",
        f"That's a comeback, {name}: a score of {score} {day}, after {count_phrase(days, 'day')} below plan. {remainder}",
        f"You turned it around {day}, {name}: {met}, and a score of {score}. {remainder}",
    )


def _listed(missed: Sequence[DayReport], today: date) -> str:
    """`Tue, Wed`; of many days, or of days long ago, only since when: `since Tuesday 3 March`."""
    first = missed[-1].day
    if len(missed) > _LISTED_DAYS_MAX or (today - first).days >= _LISTED_WITHIN_DAYS:
        return f"since {long_date(first, today=today)}"
    return ", ".join(WEEKDAYS[day.day.weekday()][:3] for day in reversed(missed))
