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
from shared.languages.formats import short_weekday_name
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

MISSED_DAYS_MIN: Final = 2
_LISTED_DAYS_MAX: Final = 4
_LISTED_WITHIN_DAYS: Final = 7
_COUNTED_DAYS_MAX: Final = 5


@possible_if(lambda report, _: is_plan_done(report))
@rep_rule(
    name="comeback",
    title=marked("Comeback"),
    when=marked("The score reaches 100 after two or more worked days with activity on which it did not."),
    limits=marked(
        "Not after a single missed day. Leave, holidays, days off and days without any activity do not count as missed."
    ),
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
    slow = count_phrase(days, "slow day") if days <= _COUNTED_DAYS_MAX else gettext("a slow stretch")
    after = count_phrase(days, "missed day"), _listed(missed, context.today)
    is_today = report.day == context.today
    if not are_targets_met(report):
        remainder = below_target(report, is_today=is_today)
        return Proposal(
            wordings=_wordings_below_target(name, day, report, slow=slow, days=days, remainder=remainder),
            reason=filled(
                gettext("Your score reached {score} {day} after {missed_days} ({listed})."),
                score=score_text(report),
                day=day,
                missed_days=after[0],
                listed=after[1],
            ),
        )
    return Proposal(
        wordings=_wordings(name, day, report, slow=slow, days=days, is_today=is_today),
        reason=filled(
            gettext("Plan reached {day} after {missed_days} ({listed})."), day=day, missed_days=after[0], listed=after[1]
        ),
    )


def _wordings(name: str, day: str, report: DayReport, *, slow: str, days: int, is_today: bool) -> tuple[str, ...]:
    return worded(
        gettext("You're back on plan, {name}: {done}. Nice recovery after {slow}.")
        if is_today
        else gettext("You got back on plan {day}, {name}: {done}. Nice recovery after {slow}."),
        gettext("You made it back to your plan {day}, {name}: {done}. Getting going again is the hard part, and you did it."),
        gettext("{name}, you hit your plan again {day}: {done}. Good to see."),
        gettext("That's a comeback, {name}: {done} {day}, after {days} below plan."),
        gettext("You turned it around {day}, {name}: {done}. Well done."),
        name=name,
        day=day,
        done=breakdown(report),
        slow=slow,
        days=count_phrase(days, "day"),
    )


def _wordings_below_target(name: str, day: str, report: DayReport, *, slow: str, days: int, remainder: str) -> tuple[str, ...]:
    """For days on which more of one behaviour made up for less of another."""
    return worded(
        gettext("Your score got back to {score} {day}, {name}: {met}. Nice recovery after {slow}. {remainder}"),
        gettext(
            "You got back to a score of {score} {day}, {name}: {met}. Getting going again is the hard part, and you did it. "
            "{remainder}"
        ),
        gettext("{name}, you scored {score} {day}: {met}. Good to see. {remainder}"),
        gettext("That's a comeback, {name}: a score of {score} {day}, after {days} below plan. {remainder}"),
        gettext("You turned it around {day}, {name}: {met}, and a score of {score}. {remainder}"),
        name=name,
        day=day,
        score=score_text(report),
        met=met_targets(report),
        slow=slow,
        days=count_phrase(days, "day"),
        remainder=remainder,
    )


def _listed(missed: Sequence[DayReport], today: date) -> str:
    """`Tue, Wed`; of many days, or of days long ago, only since when: `since Tuesday 3 March`."""
    first = missed[-1].day
    if len(missed) > _LISTED_DAYS_MAX or (today - first).days >= _LISTED_WITHIN_DAYS:
        return filled(gettext("since {date}"), date=long_date(first, today=today))
    return ", ".join(short_weekday_name(day.day) for day in reversed(missed))
