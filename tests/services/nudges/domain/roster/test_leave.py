"""The leave from which a rep comes back."""

from datetime import timedelta

import pytest

from services.nudges.domain.roster.leave import Leave, find_leave_before
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.reports import report

WORK, IDLE, LEAVE, HOLIDAY, OFF, ACTIVE_LEAVE = "work", "idle", "leave", "holiday", "off", "active leave"
WEEKEND = [OFF, OFF]
WEEK = [LEAVE] * 5


def _days(*kinds: str) -> list[DayReport]:
    """The days before Monday, oldest first, as these say."""
    first = MONDAY - timedelta(days=len(kinds))
    presences = {LEAVE: Presence.ABSENT, ACTIVE_LEAVE: Presence.ABSENT, HOLIDAY: Presence.HOLIDAY, OFF: Presence.DAY_OFF}
    return [
        report(
            first + timedelta(days=number),
            score=60 if kind in (WORK, IDLE) else None,
            count=1 if kind in (WORK, ACTIVE_LEAVE) else 0,
            presence=presences.get(kind, Presence.WORKING),
        )
        for number, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "days_ago"),
    [
        ([WORK, *WEEKEND, *WEEK, *WEEKEND], (7, 3)),
        ([*WEEK, *WEEKEND], (7, 3)),
        ([WORK, *WEEK], (5, 1)),
        ([WORK, HOLIDAY, HOLIDAY, *[LEAVE] * 3, *WEEKEND], (7, 3)),
        ([WORK, *WEEK, *WEEKEND, *[LEAVE] * 4, HOLIDAY, *WEEKEND], (14, 3)),
        ([WORK, *[LEAVE] * 4, *WEEKEND], None),
        ([WORK, *[LEAVE] * 3, IDLE, *[LEAVE] * 4, *WEEKEND], None),
        ([WORK, *[LEAVE] * 3, ACTIVE_LEAVE, *[LEAVE] * 4, *WEEKEND], None),
        ([WORK, *WEEK, WORK], None),
        ([WORK, *[HOLIDAY] * 3, *[LEAVE] * 3, *WEEKEND], None),
        ([WORK, *[HOLIDAY] * 6, *WEEKEND], None),
        ([WORK, *WEEKEND], None),
        ([WORK, HOLIDAY, *WEEKEND], None),
        ([WORK, *[IDLE] * 5], None),
        ([], None),
    ],
    ids=[
        "a week",
        "a week with nothing known before",
        "five days in a row, however the week lies",
        "a week with two public holidays",
        "two weeks over a weekend",
        "four days",
        "a working day in between",
        "something counted in between",
        "it ended a day earlier",
        "as many holidays as days of leave",
        "holidays alone",
        "a weekend",
        "a long weekend",
        "days without activity that are no leave",
        "nothing is known",
    ],
)
def test_a_leave_is_of_five_working_days_that_are_entered(kinds: list[str], days_ago: tuple[int, int] | None) -> None:
    days = _days(*kinds)

    first, last = (MONDAY - timedelta(days=back) for back in days_ago or (0, 0))
    expected = Leave(first=first, last=last) if days_ago else None

    assert find_leave_before(days, MONDAY) == expected
    assert find_leave_before(days[::-1], MONDAY) == expected


def test_the_day_itself_and_later_ones_do_not_matter() -> None:
    days = [*_days(WORK, *WEEK), report(MONDAY), report(MONDAY + timedelta(days=1), presence=Presence.ABSENT)]

    leave = find_leave_before(days, MONDAY)

    assert leave is not None
    assert leave.last == MONDAY - timedelta(days=1)
