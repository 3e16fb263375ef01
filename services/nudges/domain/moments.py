"""When a rep's day is looked at by itself, whatever happens in it."""

from datetime import datetime
from enum import StrEnum

from services.nudges.domain.history import is_worked, middle_of_work
from shared.events import DayReport


class Moment(StrEnum):
    """Of a day on which somebody works: as their working time begins, at its middle, and when the last of their team has done
    the plan."""

    MORNING = "morning"
    MIDDAY = "midday"
    TEAM_DONE = "team_done"


def moments_of(report: DayReport) -> dict[Moment, datetime]:
    """When to look at an open day, as far as its clock says so; nothing on a day that is not worked."""
    middle = middle_of_work(report)
    if report.state != "open" or not is_worked(report) or report.work_starts_at is None or middle is None:
        return {}
    return {Moment.MORNING: report.work_starts_at, Moment.MIDDAY: middle}
