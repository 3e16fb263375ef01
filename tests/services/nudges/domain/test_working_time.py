"""When people may be reached."""

from datetime import UTC, date, datetime, time

import pytest

from services.nudges.domain.working_time import (
    next_digest_at,
    workday_before,
    working_time_of_manager,
    working_time_of_rep,
)
from shared.events import Presence
from tests.services.nudges.builders.days import MONDAY as REPORTED
from tests.services.nudges.builders.days import at
from tests.services.nudges.builders.reports import report

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (27, 28, 29, 30))


def test_managers_work_from_monday_to_friday_on_their_own_clock() -> None:
    friday = working_time_of_manager(FRIDAY, "Europe/Madrid")

    assert friday.presence is Presence.WORKING
    assert (friday.starts_at, friday.ends_at) == (datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 27, 16, tzinfo=UTC))
    assert friday.next_starts_at == datetime(2026, 3, 30, 7, tzinfo=UTC)  # the clocks change on Sunday


@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
def test_on_a_weekend_they_do_not(day: date) -> None:
    weekend = working_time_of_manager(day, "Europe/Madrid")

    assert (weekend.presence, weekend.starts_at, weekend.ends_at) == (Presence.DAY_OFF, None, None)
    assert weekend.next_starts_at == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_a_reps_working_time_is_that_of_their_day_report() -> None:
    working_time = working_time_of_rep(report())

    assert (working_time.day, working_time.presence) == (REPORTED, Presence.WORKING)
    assert (working_time.starts_at, working_time.ends_at) == (at(REPORTED, "09:00"), at(REPORTED, "17:00"))


@pytest.mark.parametrize(
    ("timezone", "now", "due_at"),
    [
        ("Europe/Madrid", datetime(2026, 3, 27, 7, 59, tzinfo=UTC), datetime(2026, 3, 27, 8, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 3, 26, 19, tzinfo=UTC), datetime(2026, 3, 26, 20, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 3, 26, 21, tzinfo=UTC), datetime(2026, 3, 29, 20, tzinfo=UTC)),
    ],
    ids=["this morning", "not twice, and over a weekend with a change of clocks", "already Friday there", "Monday there"],
)
def test_the_next_digest_is_on_a_working_morning(timezone: str, now: datetime, due_at: datetime) -> None:
    assert next_digest_at(timezone, digest_at=time(9), now=now) == due_at


@pytest.mark.parametrize(
    ("day", "before"), [(MONDAY, FRIDAY), (FRIDAY, date(2026, 3, 26)), (SUNDAY, FRIDAY), (SATURDAY, FRIDAY)]
)
def test_the_workday_before(day: date, before: date) -> None:
    assert workday_before(day) == before
