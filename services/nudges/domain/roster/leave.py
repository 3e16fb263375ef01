"""The leave from which a rep comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.domain.history import has_activity
from shared.events import DayReport, Presence

LEAVE_DAYS_MIN: Final = 5
_DAYS_AWAY: Final = frozenset({Presence.ABSENT, Presence.HOLIDAY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """Days off that the roster has, from `first` to `last`, both included. Days off before and after them are left out."""

    first: date
    last: date


def find_leave_before(days: Iterable[DayReport], day: date) -> Leave | None:
    """The leave that ended just before a day: at least five working days without a day of work between them, most of them
    entered as an absence. Public holidays among them count, but weekends and holidays alone are no leave. A day on which
    something counted is a day of work, whatever the roster says of it.
    """
    away: list[DayReport] = []
    before = sorted((report for report in days if report.day < day), key=lambda report: report.day, reverse=True)
    for report in before:
        if report.presence is Presence.WORKING or has_activity(report):
            break
        if report.presence in _DAYS_AWAY:
            away.append(report)
    absences = sum(report.presence is Presence.ABSENT for report in away)
    if len(away) < LEAVE_DAYS_MIN or 2 * absences <= len(away):
        return None
    return Leave(first=away[-1].day, last=away[0].day)
