"""A rep's recent days as a chart with its words and its table."""

from datetime import date, timedelta
from typing import Final

import pytest

from services.nudges.pages.own_days import OwnDay
from services.nudges.pages.rep.day_chart import make_day_chart
from shared.events import Presence
from tests.services.nudges.builders.announcements import VERSION_2
from tests.services.nudges.builders.days import FRIDAY, MONDAY, TUESDAY, WEDNESDAY, working_days
from tests.services.nudges.pages.rep.own_days import make_own_day

THURSDAY: Final = date(2026, 3, 5)


def newest_first(*days: OwnDay) -> list[OwnDay]:
    return sorted(days, key=lambda day: day.day, reverse=True)


def test_worked_days_leave_and_holidays_are_columns_with_a_mark_where_the_playbook_changed() -> None:
    days = newest_first(
        make_own_day(MONDAY, 100),
        make_own_day(TUESDAY, 40, presence=Presence.ABSENT),
        make_own_day(WEDNESDAY, None, presence=Presence.HOLIDAY),
        make_own_day(THURSDAY, 99.5, playbook_version=VERSION_2),
        make_own_day(FRIDAY, 20, is_open=True, playbook_version=VERSION_2),
        make_own_day(FRIDAY + timedelta(days=1), None, presence=Presence.DAY_OFF, playbook_version=VERSION_2),
        make_own_day(FRIDAY + timedelta(days=3), None, playbook_version=None),
    )

    chart = make_day_chart(days, days_shown=20, today=FRIDAY)

    assert chart is not None
    assert [(column.style, column.title) for column in chart.chart.columns] == [
        ("reached", "Monday 2 March: 100.00"),
        ("leave", "Tuesday 3 March: leave"),
        ("holiday", "Wednesday 4 March: holiday"),
        ("below", "Thursday 5 March: 99.50"),
        ("so-far", "Friday 6 March: 20.00 so far"),
    ]
    assert (chart.chart.width, chart.chart.band, chart.band) == (200, None, "")
    assert ([mark.x for mark in chart.chart.marks], chart.marks) == ([30], ("New playbook from Thursday 5 March",))
    assert [(row.address, row.note) for row in chart.rows] == [
        ("2026-03-06", "so far"),
        ("2026-03-05", "new playbook"),
        ("2026-03-04", "holiday"),
        ("2026-03-03", "leave"),
        ("2026-03-02", ""),
    ]
    assert (chart.title, chart.ends) == (
        "Scores of the last three worked days",
        ("From Monday 2 March to Friday 6 March",),
    )
    assert (chart.has_leave, chart.has_holiday) == (True, True)
    assert chart.description == (
        "Three worked days from Monday 2 March to Friday 6 March. Scores from 20 to 100, 100 or more on 1 of them. "
        "One day of leave and one holiday between them."
    )


@pytest.mark.parametrize(("scores", "band"), [((10, 20, 30, 40), ""), ((10, 20, 30, 40, 90), "20 to 40")])
def test_the_band_is_the_middle_half_of_the_days_that_are_over(scores: tuple[float, ...], band: str) -> None:
    over = [make_own_day(day, score) for day, score in zip(working_days(len(scores)), scores, strict=True)]

    chart = make_day_chart(newest_first(*over, make_own_day(MONDAY, 500, is_open=True)), days_shown=20, today=MONDAY)

    assert chart is not None
    assert chart.band == band
    assert (f"Half of the scores are between {band.replace(' to ', ' and ')}." in chart.description) is bool(band)
    assert (chart.has_leave, chart.has_holiday, chart.marks) == (False, False, ())


@pytest.mark.parametrize(("days_shown", "worked_before_leave"), [(20, 16), (60, 56)])
def test_so_many_worked_days_are_shown_and_leave_does_not_count(days_shown: int, worked_before_leave: int) -> None:
    days = working_days(70)
    leave = days[-10:-4]
    presences = {day: Presence.ABSENT if day in leave else Presence.WORKING for day in days}

    chart = make_day_chart(
        newest_first(*(make_own_day(day, 50, presence=presence) for day, presence in presences.items())),
        days_shown=days_shown,
        today=MONDAY,
    )

    assert chart is not None
    assert [column.style for column in chart.chart.columns] == ["below"] * worked_before_leave + ["leave"] * 6 + ["below"] * 4
    assert [end.split()[0] for end in chart.ends] == [f"{end:%A}" for end in (days[-worked_before_leave - 10], days[-1])]


def test_without_a_worked_day_there_is_no_chart() -> None:
    away = [make_own_day(MONDAY, None, presence=Presence.ABSENT), make_own_day(MONDAY - timedelta(days=3), None)]

    assert make_day_chart(away, days_shown=20, today=MONDAY) is None
    assert make_day_chart([], days_shown=20, today=MONDAY) is None
