"""Quiet afternoon: the middle of a working day has passed with nothing counted, when there usually is something by then."""

from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_QUIET_AFTERNOON, Called
from services.nudges.domain.history import is_worked, middle_of_work
from services.nudges.domain.phrases import clock_time, first_name, number
from shared.events import DayReport, NudgeKind

DAYS_LOOKED_AT: Final = 10
DAYS_KNOWN_MIN: Final = 5
USUAL_SHARE_MIN: Final = 0.6
REST_DAYS: Final = 7


def quiet_afternoon(situation: Situation) -> Called | None:
    """Called for when, past the middle of an open working day, nothing has counted, although on at least 60% of the last
    ten worked days (of which five must be known) something had by the middle of those."""
    report, now = situation.report, situation.now
    middle = middle_of_work(report)
    if report.silent or report.state != "open" or not is_worked(report) or middle is None or now < middle:
        return None
    if any(behaviour.count for behaviour in report.behaviours):
        return None
    known = [day for day in situation.history.before(report.day) if day.state == "closed"][:DAYS_LOOKED_AT]
    early = sum(_had_something_by_the_middle(day) for day in known)
    if len(known) < DAYS_KNOWN_MIN or early < USUAL_SHARE_MIN * len(known):
        return None
    name = first_name(report.rep.name)
    first = next((behaviour for behaviour in report.behaviours if behaviour.target > 0), None)
    aim = f"the first of {number(first.target)} {first.label.lower()}" if first else "one first activity"
    return Called(
        rule=RULE_QUIET_AFTERNOON,
        kind=NudgeKind.COACHING,
        occasion=report.day.isoformat(),
        is_shortfall=True,
        wordings=(
            f"{name}, nothing is logged yet today. If the day is full of other work, fine; if not, {aim} would be a start.",
            f"A quiet day so far, {name}: nothing logged yet. What about {aim}, right after this?",
            f"Nothing logged yet today, {name}. Maybe it only waits to be entered; if not, {aim} still fits in.",
        ),
        reason=(
            f"By {clock_time(now, report.timezone)} nothing has counted on {report.day}; on {early} of the last {len(known)} "
            "worked days something had by the middle of the day."
        ),
        rest_days=REST_DAYS,
    )


def _had_something_by_the_middle(day: DayReport) -> bool:
    middle = middle_of_work(day)
    return middle is not None and day.first_counted_at is not None and day.first_counted_at < middle
