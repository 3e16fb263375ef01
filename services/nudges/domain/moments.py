"""At which moments the rules are evaluated."""

from datetime import datetime
from enum import StrEnum

from services.nudges.domain.history import is_worked, middle_of_work
from shared.events import DayReport


class Moment(StrEnum):
    """When a rule is evaluated. `MORNING` and `MIDDAY` are moments of a worked day: as work begins, and at its middle.
    `TEAM_DONE` comes when the last of a team has done the plan, `TEAM_MORNING` on each working morning of a manager. The values
    of scheduled moments are stored."""

    DAY_CHANGED = "day_changed"
    STEP_CHANGED = "step_changed"
    MORNING = "morning"
    MIDDAY = "midday"
    TEAM_DONE = "team_done"
    TEAM_MORNING = "team"


def scheduled_moments(report: DayReport) -> dict[Moment, datetime]:
    """When to check an open day by itself; nothing on a day that is not worked."""
    middle = middle_of_work(report)
    if report.state != "open" or not is_worked(report) or report.work_starts_at is None or middle is None:
        return {}
    return {Moment.MORNING: report.work_starts_at, Moment.MIDDAY: middle}
