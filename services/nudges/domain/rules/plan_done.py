"""Plan done: the score of the day has reached 100."""

from datetime import datetime

from services.nudges.domain.history import History, is_plan_done
from services.nudges.domain.nudge import RULE_PLAN_DONE, Called
from services.nudges.domain.wording import breakdown, first_name, name_of_day, score_text
from shared.events import DayReport, NudgeKind


def plan_done(report: DayReport, _: History, __: datetime) -> Called | None:
    """Called for once the plan of the day is done; a belated one is celebrated as the day's that it was."""
    if report.silent or not is_plan_done(report):
        return None
    name, day, done = first_name(report.rep.name), name_of_day(report), breakdown(report)
    return Called(
        rule=RULE_PLAN_DONE,
        kind=NudgeKind.CELEBRATION,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=(
            f"Plan done {day}, {name}: {done}. Well worked.",
            f"That was the whole plan {day}, {name}: {done}. Thank you for seeing it through.",
            f"{name}, the plan is done {day}: {done}. Anything more is a bonus.",
            f"All of it done {day}, {name}: {done}. Good work.",
        ),
        reason=f"The score of {report.day} is {score_text(report)}; 100 is the plan done.",
    )
