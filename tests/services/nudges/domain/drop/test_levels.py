"""A slow day of the whole team is a smaller part of a day for each of its reps."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.levels import DayCount, at_level, measure_levels

MONDAY = date(2026, 3, 2)


def days_of(*counts: int, part: float = 1.0) -> list[DayCount]:
    return [DayCount(day=MONDAY + timedelta(days=number), count=count, part=part) for number, count in enumerate(counts)]


def levels_of(*reps: Sequence[DayCount]) -> list[float]:
    return list(measure_levels(reps).values())


def test_without_activity_no_day_has_a_level() -> None:
    assert measure_levels([]) == {}
    assert measure_levels([days_of(0, 0)]) == {}


def test_a_day_on_which_everybody_did_half_as_much_is_nearly_half_a_day_in_a_large_team() -> None:
    *others, slow = levels_of(*[days_of(*[10] * 19, 5) for _ in range(40)])

    assert others == [1.0] * 19
    assert slow == pytest.approx(0.5, abs=0.05)


def test_in_a_small_team_a_slow_day_of_one_rep_changes_little() -> None:
    levels = levels_of(days_of(*[10] * 19, 0), days_of(*[10] * 19, 5), days_of(*[10] * 19, 10))

    assert levels[-1] > 0.8


def test_a_busy_day_is_no_more_than_a_day() -> None:
    assert levels_of(*[days_of(10, 10, 40) for _ in range(10)])[-1] == 1.0


def test_a_rep_without_activity_on_a_day_says_nothing_of_it() -> None:
    """They may be away."""
    at_work = [days_of(*[10] * 10) for _ in range(5)]

    assert levels_of(*at_work, *[days_of(*[10] * 9, 0) for _ in range(5)]) == levels_of(*at_work)


def test_a_part_day_of_everybody_is_no_slow_day() -> None:
    whole, half = days_of(*[10] * 9), DayCount(day=MONDAY + timedelta(days=9), count=5, part=0.5)

    assert levels_of(*[[*whole, half] for _ in range(5)])[-1] == pytest.approx(1.0)


def test_a_day_counts_as_much_as_the_team_was_busy() -> None:
    day = DayCount(day=MONDAY, count=3, part=0.5)

    assert at_level(day, {MONDAY: 0.8}) == WorkedDay(weekday=0, count=3, exposure=0.4)
    assert at_level(day, {}) == WorkedDay(weekday=0, count=3, exposure=0.5)
