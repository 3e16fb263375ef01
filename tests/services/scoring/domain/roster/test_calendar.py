"""Days on a rep's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest

from services.scoring.domain.roster.calendar import (
    day_end,
    day_of,
    day_start,
    is_silent,
    next_work_start,
    presence_on,
    rep_day_end,
    rep_day_of,
    rep_day_start,
    working_time,
)
from services.scoring.domain.roster.roster import Absence, Rep
from shared.events import Presence
from tests.services.scoring.domain.builders import rep, term


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param("Europe/Madrid", date(2026, 3, 29), 23, id="Madrid in spring"),
        pytest.param("Europe/Madrid", date(2026, 10, 25), 25, id="Madrid in autumn"),
        pytest.param("America/New_York", date(2026, 3, 8), 23, id="New York in spring"),
        pytest.param("America/New_York", date(2026, 11, 1), 25, id="New York in autumn"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), 24.5, id="Lord Howe gains half an hour"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), 23.5, id="Lord Howe loses half an hour"),
        pytest.param("Antarctica/Troll", date(2026, 3, 29), 22, id="Troll loses two hours"),
        pytest.param("Pacific/Apia", date(2011, 12, 30), 0, id="Apia skips a day"),
        pytest.param("Europe/Madrid", date(2028, 2, 29), 24, id="29 February"),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone: str, day: date, hours: float) -> None:
    assert day_end(day, zone) - day_start(day, zone) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Santiago", date(2026, 9, 6)),
        ("Asia/Beirut", date(2026, 3, 29)),
        ("Africa/Cairo", date(2026, 4, 24)),
        ("America/Havana", date(2026, 3, 8)),
        ("America/Toronto", date(1919, 3, 31)),  # from 23:30 to 00:30
    ],
)
def test_if_midnight_does_not_exist_the_day_begins_with_the_first_instant_after_it(zone: str, day: date) -> None:
    start = day_start(day, zone)

    assert day_of(start, zone) == day
    assert day_of(start - timedelta(seconds=1), zone) == day - timedelta(days=1)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tokyo"])
def test_days_follow_each_other_without_gap_or_overlap(zone: str) -> None:
    day = date(2011, 12, 1)
    for _ in range(500):
        following = day + timedelta(days=1)
        assert day_end(day, zone) == day_start(following, zone)
        day = following


def test_a_move_across_the_date_line_lands_the_same_instant_on_another_day() -> None:
    instant = datetime(2026, 3, 4, 20, tzinfo=UTC)

    assert day_of(instant, "Asia/Tokyo") == date(2026, 3, 5)
    assert day_of(instant, "Pacific/Honolulu") == date(2026, 3, 4)


WEDNESDAY = date(2026, 3, 4)
TO_HONOLULU = rep(term(timezone="Asia/Tokyo"), term(WEDNESDAY, timezone="Pacific/Honolulu"))
TO_TOKYO = rep(term(timezone="Pacific/Honolulu"), term(WEDNESDAY, timezone="Asia/Tokyo"))


@pytest.mark.parametrize(
    ("mover", "at", "day"),
    [
        (TO_HONOLULU, datetime(2026, 3, 3, 14, 59, tzinfo=UTC), date(2026, 3, 3)),
        (TO_HONOLULU, datetime(2026, 3, 3, 15, tzinfo=UTC), date(2026, 3, 3)),  # Tuesday goes on: in Honolulu it has begun
        (TO_HONOLULU, datetime(2026, 3, 4, 9, 59, tzinfo=UTC), date(2026, 3, 3)),
        (TO_HONOLULU, datetime(2026, 3, 4, 10, tzinfo=UTC), date(2026, 3, 4)),
        (TO_TOKYO, datetime(2026, 3, 3, 9, 59, tzinfo=UTC), date(2026, 3, 2)),
        (TO_TOKYO, datetime(2026, 3, 3, 10, tzinfo=UTC), date(2026, 3, 3)),  # a Tuesday of five hours
        (TO_TOKYO, datetime(2026, 3, 3, 14, 59, tzinfo=UTC), date(2026, 3, 3)),
        (TO_TOKYO, datetime(2026, 3, 3, 15, tzinfo=UTC), date(2026, 3, 4)),
    ],
)
def test_a_move_between_tokyo_and_honolulu_in_mid_week_makes_one_day_long_or_short_and_loses_none(
    mover: Rep, at: datetime, day: date
) -> None:
    assert rep_day_of(mover, at) == day


@pytest.mark.parametrize(
    ("mover", "hours"),
    [(TO_HONOLULU, [24, 43, 24]), (TO_TOKYO, [24, 5, 24])],
    ids=["to Honolulu", "to Tokyo"],
)
def test_the_days_around_a_move_follow_each_other(mover: Rep, hours: list[int]) -> None:
    days = [date(2026, 3, number) for number in (2, 3, 4)]

    assert [(rep_day_end(mover, day) - rep_day_start(mover, day)) / timedelta(hours=1) for day in days] == hours
    assert all(rep_day_end(mover, day) == rep_day_start(mover, day + timedelta(days=1)) for day in days)
    assert all(rep_day_of(mover, rep_day_start(mover, day)) == day for day in days)


def test_of_two_moves_in_one_week_the_later_one_ends_the_days_of_the_earlier_one() -> None:
    mover = rep(term(), term(WEDNESDAY, timezone="Asia/Tokyo"), term(date(2026, 3, 6), timezone="Pacific/Honolulu"))

    assert rep_day_of(mover, datetime(2026, 3, 3, 15, tzinfo=UTC)) == date(2026, 3, 4)
    assert rep_day_of(mover, datetime(2026, 3, 5, 14, 59, tzinfo=UTC)) == date(2026, 3, 5)
    assert rep_day_of(mover, datetime(2026, 3, 6, 9, 59, tzinfo=UTC)) == date(2026, 3, 5)
    assert rep_day_of(mover, datetime(2026, 3, 6, 10, tzinfo=UTC)) == date(2026, 3, 6)


def test_no_working_time_is_left_of_hours_that_begin_where_a_short_day_ends() -> None:
    tuesday = date(2026, 3, 3)

    for starts, is_worked in ((time(4, 59), True), (time(5), False)):
        hours = starts, time(17)
        mover = rep(term(timezone="Pacific/Honolulu", hours=hours), term(WEDNESDAY, timezone="Asia/Tokyo"))
        assert (working_time(mover, tuesday) is not None) is is_worked


def test_a_move_across_26_hours_skips_a_day() -> None:
    mover = rep(term(timezone="Etc/GMT+12"), term(WEDNESDAY, timezone="Pacific/Kiritimati"))
    skipped = date(2026, 3, 3)

    assert rep_day_start(mover, skipped) == rep_day_end(mover, skipped)
    assert rep_day_of(mover, rep_day_start(mover, skipped) - timedelta(seconds=1)) == date(2026, 3, 2)
    assert rep_day_of(mover, rep_day_start(mover, skipped)) == date(2026, 3, 4)
    assert working_time(mover, skipped) is None


def test_the_29th_of_february_is_a_day_like_any_other() -> None:
    assert day_of(datetime(2028, 2, 29, 12, tzinfo=UTC), "Europe/Madrid") == date(2028, 2, 29)
    assert day_end(date(2028, 2, 28), "Europe/Madrid") == day_start(date(2028, 2, 29), "Europe/Madrid")
    assert day_end(date(2028, 2, 29), "Europe/Madrid") == day_start(date(2028, 3, 1), "Europe/Madrid")


def test_a_workday_is_worked_in_full() -> None:
    assert presence_on(rep(), date(2026, 3, 2)) == (Presence.WORKING, Fraction(1))


def test_a_day_off_a_holiday_a_leave_and_a_day_before_joining_are_not_worked() -> None:
    leave = Absence(first=date(2026, 3, 3), last=date(2026, 3, 3), part=Fraction(1))
    ana = rep(term(country="JP"), joined=date(2026, 3, 2), absences=(leave,))

    assert presence_on(ana, date(2026, 3, 7)) == (Presence.DAY_OFF, Fraction(0))
    assert presence_on(ana, date(2026, 3, 20)) == (Presence.HOLIDAY, Fraction(0))
    assert presence_on(ana, date(2026, 3, 3)) == (Presence.ABSENT, Fraction(0))
    assert presence_on(ana, date(2026, 2, 27)) == (Presence.NOT_EMPLOYED, Fraction(0))


def test_a_holiday_during_a_leave_is_a_holiday() -> None:
    leave = Absence(first=date(2026, 3, 19), last=date(2026, 3, 23), part=Fraction(1))

    assert presence_on(rep(term(country="JP"), absences=(leave,)), date(2026, 3, 20)) == (Presence.HOLIDAY, Fraction(0))


def test_half_a_day_of_leave_leaves_half_a_day_and_two_halves_leave_none() -> None:
    half = Absence(first=date(2026, 3, 3), last=date(2026, 3, 3), part=Fraction(1, 2))

    assert presence_on(rep(absences=(half,)), date(2026, 3, 3)) == (Presence.WORKING, Fraction(1, 2))
    assert presence_on(rep(absences=(half, half)), date(2026, 3, 3)) == (Presence.ABSENT, Fraction(0))


def test_working_time_is_on_the_reps_own_clock_also_on_the_day_the_clocks_change() -> None:
    sunday_worker = rep(term(workdays=frozenset(range(7)), hours=(time(9), time(17))))

    assert working_time(sunday_worker, date(2026, 3, 28)) == (
        datetime(2026, 3, 28, 8, tzinfo=UTC),
        datetime(2026, 3, 28, 16, tzinfo=UTC),
    )
    assert working_time(sunday_worker, date(2026, 3, 29)) == (
        datetime(2026, 3, 29, 7, tzinfo=UTC),
        datetime(2026, 3, 29, 15, tzinfo=UTC),
    )


def test_the_next_working_time_skips_weekends_and_leave() -> None:
    leave = Absence(first=date(2026, 3, 9), last=date(2026, 3, 10), part=Fraction(1))

    assert next_work_start(rep(), date(2026, 3, 2)) == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert next_work_start(rep(absences=(leave,)), date(2026, 3, 6)) == datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert next_work_start(rep(left=date(2026, 3, 6)), date(2026, 3, 6)) is None


def test_a_day_is_silent_once_more_than_two_workdays_have_begun_since() -> None:
    friday = date(2026, 3, 6)

    assert not is_silent(rep(), friday, today=friday)
    assert not is_silent(rep(), friday, today=date(2026, 3, 10))
    assert is_silent(rep(), friday, today=date(2026, 3, 11))


@pytest.mark.parametrize(("days_later", "is_too_old"), [(59, False), (60, True)])
def test_a_day_is_silent_from_60_days_on_even_if_none_of_them_was_worked(days_later: int, is_too_old: bool) -> None:
    day = date(2026, 3, 6)

    assert is_silent(rep(left=day), day, today=day + timedelta(days=days_later)) is is_too_old


@pytest.mark.parametrize(("back_to_work", "start"), [(60, datetime(2026, 5, 5, 7, tzinfo=UTC)), (61, None)])
def test_the_next_working_time_is_looked_for_within_60_days(back_to_work: int, start: datetime | None) -> None:
    day = date(2026, 3, 6)
    leave = Absence(first=day, last=day + timedelta(days=back_to_work - 1), part=Fraction(1))
    every_day = rep(term(workdays=frozenset(range(7))), absences=(leave,))

    assert next_work_start(every_day, day) == start
