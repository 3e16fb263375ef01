"""Steady week: no worked day of the week far from the plan."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.decide.policy.may_send import local_day
from services.nudges.domain.candidate import RULE_STEADY_WEEK, Called
from services.nudges.domain.history import is_plan_done, is_worked
from services.nudges.domain.phrases import date_text, first_name
from shared.events import DayReport, NudgeKind

SCORE_MIN: Final = Decimal(80)
DAYS_MIN: Final = 3


def steady_week(situation: Situation) -> Called | None:
    """Called for on the last worked day of a week, Monday to Sunday, when it and every other worked day of the week, three or
    more in all, have a score of 80 or more: as its plan is done, or else as it closes."""
    report = situation.report
    if report.silent or not is_worked(report) or not (is_plan_done(report) or report.state == "closed"):
        return None
    if not _is_last_of_week(report):
        return None
    monday = _monday_of(report.day)
    week = [report, *(day for day in situation.history.worked if day.day >= monday)]
    lowest = min(day.score for day in week if day.score is not None)
    if len(week) < DAYS_MIN or lowest < SCORE_MIN:
        return None
    name, days, score = first_name(report.rep.name), len(week), f"{lowest:.0f}"
    which = "this week" if report.state == "open" else f"in the week of {date_text(monday)}"
    return Called(
        rule=RULE_STEADY_WEEK,
        kind=NudgeKind.CELEBRATION,
        occasion=f"week of {monday.isoformat()}",
        is_shortfall=False,
        wordings=(
            f"A steady week, {name}: {days} worked days {which}, none below {score}.",
            f"{name}, every worked day {which} was at {score} or more. Good, even work.",
            f"{days} worked days {which}, {name}, and each at {score} or above. That is steadiness.",
        ),
        reason=f"The {days} worked days of the week of {monday} have scores of {score} and more.",
    )


def _is_last_of_week(report: DayReport) -> bool:
    """Whether no more work is in sight in the week of the day."""
    following = report.next_work_starts_at
    return following is None or _monday_of(local_day(following, report.timezone)) > report.day


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
