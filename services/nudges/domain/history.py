"""A rep's days as the rules see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from shared.events import DayReport, Presence

PLAN_DONE_SCORE: Final = Decimal(100)
REMEMBERED: Final = timedelta(weeks=6)


def is_plan_done(report: DayReport) -> bool:
    """Whether the day's plan is done: a score of 100 or more."""
    return report.score is not None and report.score >= PLAN_DONE_SCORE


def is_worked(report: DayReport) -> bool:
    """Whether the day counts as a worked one: present, with a target. Leave, holidays and days off do not."""
    return report.presence is Presence.WORKING and report.score is not None


def count_of(report: DayReport, key: str) -> int:
    """How much of a behaviour the day has; 0 where its definition knows none of that key."""
    return sum(behaviour.count for behaviour in report.behaviours if behaviour.key == key)


def middle_of_work(report: DayReport) -> datetime | None:
    """The middle of the rep's working time; None on a day not worked."""
    if report.work_starts_at is None or report.work_ends_at is None:
        return None
    return report.work_starts_at + (report.work_ends_at - report.work_starts_at) / 2


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The worked days before a day, newest first, as far as they are read: about seven months."""

    worked: tuple[DayReport, ...]

    def before(self, day: date) -> tuple[DayReport, ...]:
        """Only of the last six weeks: what somebody did years ago says nothing about what is usual now."""
        return tuple(report for report in self.worked if day - REMEMBERED <= report.day < day)


def history_of(reports: Iterable[DayReport]) -> History:
    """The history that these reports make, whatever their order."""
    worked = [report for report in reports if is_worked(report)]
    return History(worked=tuple(sorted(worked, key=lambda report: report.day, reverse=True)))
