"""A rep's days as the rules see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Generic, Protocol, TypeVar

from shared.events import BehaviourKey, BehaviourResult, DayReport, Presence

PLAN_DONE_SCORE: Final = Decimal(100)
RECENT: Final = timedelta(weeks=6)
HISTORY_DAYS: Final = 150
"""So many worked days are known at most: about seven months."""
DONE_BEFORE_REPAIR_MIN: Final = 3


def is_plan_done(report: "ScoredDay") -> bool:
    """Whether the day's score is 100 or more."""
    return report.score is not None and report.score >= PLAN_DONE_SCORE


def is_worked(report: DayReport) -> bool:
    """Whether the rep worked on the day and had a target. Leave, holidays and days off do not count."""
    return report.presence is Presence.WORKING and report.score is not None


def are_targets_met(report: DayReport) -> bool:
    """Whether every behaviour reached its target. The score can be 100 without it."""
    return all(behaviour.count >= behaviour.target for behaviour in report.behaviours)


def done_phrase(done: Iterable[DayReport], *, plan: str, score: str = "scored 100 or more") -> str:
    """How to say of days with their plan done that it is done: `plan` if every target of theirs was met, otherwise `score`."""
    return plan if all(map(are_targets_met, done)) else score


def has_activity(report: DayReport) -> bool:
    """Whether anything was done that counts. On a day without it the rep may have been away."""
    return any(behaviour.count for behaviour in report.behaviours)


def count_of(report: DayReport, key: BehaviourKey) -> int:
    """The day's count of a behaviour; 0 if its playbook does not know the key."""
    return sum(behaviour.count for behaviour in report.behaviours if behaviour.key == key)


def planned_behaviours(report: DayReport) -> list[BehaviourResult]:
    """The behaviours with a target on the day, in the playbook's order."""
    return [behaviour for behaviour in report.behaviours if behaviour.target > 0]


def middle_of_work(report: DayReport) -> datetime | None:
    """The middle of the rep's working time; None on a day that is not worked."""
    if report.work_starts_at is None or report.work_ends_at is None:
        return None
    return report.work_starts_at + (report.work_ends_at - report.work_starts_at) / 2


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The worked days before a day, newest first, at most 150."""

    worked: tuple[DayReport, ...]

    def recent(self, day: date) -> tuple[DayReport, ...]:
        """Those of the six weeks before `day`: what happened long ago says nothing about what is usual now."""
        return tuple(report for report in self.worked if day - RECENT <= report.day < day)


def history_of(reports: Iterable[DayReport]) -> History:
    """The history that these reports make, in whatever order they come."""
    worked = [report for report in reports if is_worked(report)]
    return History(worked=tuple(sorted(worked, key=lambda report: report.day, reverse=True)))


class ScoredDay(Protocol):
    """What a streak needs to know of a worked day."""

    @property
    def day(self) -> date: ...

    @property
    def score(self) -> Decimal | None: ...


AnyDay = TypeVar("AnyDay", bound=ScoredDay)


@dataclass(frozen=True, kw_only=True, slots=True)
class Streak(Generic[AnyDay]):
    """Worked days with the plan done, newest first. `repaired` missed days between them were passed over."""

    done: tuple[AnyDay, ...]
    repaired: int


def count_streak(days: Sequence[AnyDay]) -> Streak[AnyDay]:
    """The streak that ends with the first of these worked days, the newest.

    Counting back, one missed day of each calendar month is passed over: it is repaired when the plan is done on the next worked
    day and was done on the three before it. A second miss in a row, or in the same month, ends the streak.
    """
    done, repaired = list[AnyDay](), set[tuple[int, int]]()
    for number, day in enumerate(days):
        if is_plan_done(day):
            done.append(day)
            continue
        month, earlier = (day.day.year, day.day.month), days[number + 1 : number + 1 + DONE_BEFORE_REPAIR_MIN]
        if not done or month in repaired or len(earlier) < DONE_BEFORE_REPAIR_MIN or not all(map(is_plan_done, earlier)):
            break
        repaired.add(month)
    return Streak(done=tuple(done), repaired=len(repaired))
