"""When managers may be reached."""

from datetime import UTC, date, datetime, time

import pytest

from services.nudges.context.team_context import next_look, working_day_before, working_time_of_manager

FRIDAY, MONDAY = date(2026, 3, 27), date(2026, 3, 30)


def test_managers_work_from_monday_to_friday_on_their_own_clock() -> None:
    friday = working_time_of_manager(FRIDAY, "Europe/Madrid")

    assert (friday.starts_at, friday.ends_at) == (datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 27, 16, tzinfo=UTC))
    assert friday.next_starts_at == datetime(2026, 3, 30, 7, tzinfo=UTC)  # the clocks change on Sunday


def test_on_a_weekend_they_do_not() -> None:
    saturday = working_time_of_manager(date(2026, 3, 28), "Europe/Madrid")

    assert (saturday.starts_at, saturday.ends_at) == (None, None)
    assert saturday.next_starts_at == datetime(2026, 3, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "now", "due"),
    [
        ("Europe/Madrid", datetime(2026, 3, 27, 7, 59, tzinfo=UTC), datetime(2026, 3, 27, 8, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 3, 26, 19, tzinfo=UTC), datetime(2026, 3, 26, 20, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 3, 26, 21, tzinfo=UTC), datetime(2026, 3, 29, 20, tzinfo=UTC)),
    ],
    ids=["this morning", "not twice, and over a weekend with a change of clocks", "already Friday there", "Monday there"],
)
def test_the_next_look_is_on_a_working_morning(timezone: str, now: datetime, due: datetime) -> None:
    assert next_look(timezone, look_at=time(9), now=now) == due


@pytest.mark.parametrize(("day", "before"), [(MONDAY, FRIDAY), (FRIDAY, date(2026, 3, 26)), (date(2026, 3, 29), FRIDAY)])
def test_the_working_day_before(day: date, before: date) -> None:
    assert working_day_before(day) == before
