"""Steady week: no worked day of the week was far from the plan."""

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import is_plan_done, is_worked
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import first_name, long_date
from services.nudges.domain.working_time import local_day
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import DayReport, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

SCORE_MIN: Final = Decimal(80)
DAYS_MIN: Final = 3
_WEEK: Final = timedelta(days=7)


@possible_if(lambda report, _: is_plan_done(report) or report.state == "closed")
@rep_rule(
    name="steady_week",
    title=marked("Steady week"),
    when=marked("On the last worked day of a week, if no worked day of it scored below 80."),
    limits=marked("Not for fewer than three days."),
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=150,
    is_reevaluated=True,
)
def steady_week(context: RuleContext) -> Proposal | None:
    """Proposed on the last worked day of a week, Monday to Sunday, when it and every other worked day of the week, three or
    more in all, have a score of 80 or more: as soon as its plan is done, or else when it closes."""
    report = context.report
    if report.silent or not is_worked(report) or not (is_plan_done(report) or report.state == "closed"):
        return None
    if not _is_last_of_week(report):
        return None
    monday = _monday_of(report.day)
    week = [report, *(day for day in context.history.worked if day.day >= monday)]
    lowest = min(day.score for day in week if day.score is not None)
    if len(week) < DAYS_MIN or lowest < SCORE_MIN:
        return None
    name, days, which, score = first_name(report.rep.name), len(week), _which_week(monday, context.today), math.floor(lowest)
    return Proposal(
        occasion=f"week of {monday.isoformat()}",
        wordings=worded(
            gettext("A steady week, {name}: {days} working days {which}, and no score below {score}."),
            gettext("{name}, you scored {score} or better on every working day {which}. Really consistent."),
            gettext("Every one of your {days} working days {which} scored {score} or above, {name}. That's a solid week."),
            name=name,
            days=days,
            which=which,
            score=score,
        ),
        reason=filled(
            gettext("All {days} working days {which} have a score of {score} or more."), days=days, which=which, score=score
        ),
    )


def _is_last_of_week(report: DayReport) -> bool:
    """Whether no more work is in sight in the week of the day."""
    following = report.next_work_starts_at
    return following is None or _monday_of(local_day(following, report.timezone)) > report.day


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _which_week(monday: date, today: date) -> str:
    if _monday_of(today) == monday:
        return gettext("this week")
    if _monday_of(today) == monday + _WEEK:
        return gettext("last week")
    return filled(gettext("in the week of {date}"), date=long_date(monday, today=today))
