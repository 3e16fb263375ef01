"""Falls that are worth a conversation, and what became of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.nudges.domain.baseline import PastDay
from services.nudges.domain.trends.coaching import P_VALUE_MAX, find_falls, follow_up, has_moved
from tests.services.nudges.domain.trends.days import CALLS, MEETINGS, MONDAY, counted, weeks_of, with_calls

ONE_WEEK = timedelta(weeks=1)
THREE_WEEKS = 3 * ONE_WEEK
STEADY = [10] * 9
FALL = weeks_of(*STEADY, 3, 3, 3)


def _weeks_ago(weeks: int) -> date:
    return MONDAY - weeks * ONE_WEEK


def test_a_fall_against_the_reps_own_nine_weeks_before_is_seen() -> None:
    falls = find_falls(FALL, today=MONDAY)

    change = falls[CALLS]
    assert falls.keys() == {CALLS}
    assert (change.days, change.expected) == (15, 150)
    assert change.count == sum(day.counts[CALLS] for day in FALL[-15:])


@pytest.mark.parametrize(
    "days",
    [
        weeks_of(*STEADY, 10, 10, 10),
        weeks_of(*STEADY, 9, 8, 9),
        weeks_of(*STEADY, 3, 3, 10),
        FALL[:-5],
        weeks_of(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3),
        weeks_of(*[3] * 9, 10, 10, 10),
        weeks_of(*STEADY, 30, 30, 30),
    ],
    ids=[
        "nothing changed",
        "by less than a third",
        "it has recovered",
        "no activity in the last week",
        "it has been as low for long",
        "it rose",
        "it rose even more",
    ],
)
def test_it_is_no_fall_when(days: Sequence[PastDay]) -> None:
    assert find_falls(days, today=MONDAY) == {}


def test_what_a_rep_never_does_cannot_fall() -> None:
    assert find_falls(with_calls(weeks_of(*[0] * 12, key=MEETINGS)), today=MONDAY) == {}


@pytest.mark.parametrize(("rare", "is_named"), [(14, False), (15, True)])
def test_less_than_five_in_three_weeks_is_too_rare_to_fall(rare: int, *, is_named: bool) -> None:
    """On every third of 45 days one, or on all of them but the first, and then none: 5 were usual before, or 4.7."""
    earlier = [1 if number % 3 == 0 and number >= 45 - 3 * rare else 0 for number in range(45)]
    days = with_calls(counted(*earlier, *[0] * 15, key=MEETINGS))

    assert (MEETINGS in find_falls(days, today=MONDAY)) is is_named


def test_five_active_days_are_needed_now_and_fifteen_before() -> None:
    earlier, recent = FALL[:-15], FALL[-15:]

    assert find_falls([*earlier, *recent[-5:]], today=MONDAY)
    assert not find_falls([*earlier, *recent[-4:]], today=MONDAY)
    assert find_falls([*earlier[::3], *recent], today=MONDAY)
    assert not find_falls([*earlier[::3][1:], *recent], today=MONDAY)


def test_days_are_compared_up_to_twelve_weeks_back_and_none_of_today() -> None:
    long_ago = weeks_of(*[100] * 9, until=_weeks_ago(12))
    today = [PastDay(day=MONDAY, counts={CALLS: 1000})]

    assert find_falls([*long_ago, *FALL, *today], today=MONDAY) == find_falls(FALL, today=MONDAY)
    assert find_falls([*FALL[1:], *today], today=MONDAY) != find_falls(FALL, today=MONDAY)


def test_the_p_value_is_shared_by_the_behaviours_that_are_compared() -> None:
    """A fall at two thirds of the chance is named alone, and not beside a second behaviour that is done as often."""
    fall = next(days for days in _falls_of_many_sizes() if P_VALUE_MAX / 2 < _p_value(days) < P_VALUE_MAX)
    beside = [replace(day, counts={**day.counts, MEETINGS: 5}) for day in fall]

    assert find_falls(fall, today=MONDAY).keys() == {CALLS}
    assert find_falls(beside, today=MONDAY) == {}


def _falls_of_many_sizes() -> list[list[PastDay]]:
    earlier = [count for week in range(9) for count in (20 - week, 1, 12, 3 + week, 9)]
    return [counted(*earlier, *[low, 0, high, 1, low] * 3) for low in range(5, 9) for high in range(8, 16)]


def _p_value(days: Sequence[PastDay]) -> float:
    fall = find_falls(days, today=MONDAY).get(CALLS)
    return fall.day_p_value if fall is not None else 0


def test_a_fall_that_stays_as_it_is_has_not_moved() -> None:
    for weeks in (1, 2):
        assert not has_moved(FALL, CALLS, since=_weeks_ago(weeks), today=MONDAY)


def test_a_clearly_further_fall_has_moved() -> None:
    further = weeks_of(*STEADY, 10, 10, 2, 2)

    assert has_moved(further, CALLS, since=_weeks_ago(2), today=MONDAY)
    assert not has_moved(weeks_of(*STEADY, 10, 10, 9, 9), CALLS, since=_weeks_ago(2), today=MONDAY)


def test_a_recovery_alone_has_not_moved_but_one_and_another_fall_has() -> None:
    assert not has_moved(weeks_of(*STEADY, 3, 3, 20, 20), CALLS, since=_weeks_ago(2), today=MONDAY)
    assert has_moved(weeks_of(*STEADY, 3, 3, 20, 20, 2), CALLS, since=_weeks_ago(3), today=MONDAY)
    assert not has_moved(weeks_of(*STEADY, 3, 3, 20, 20, 19), CALLS, since=_weeks_ago(3), today=MONDAY)


@pytest.mark.parametrize(
    ("since_brief", "is_up"),
    [
        ((10, 10), True),
        ((3, 3), False),
        ((0, 0), False),
        ((10,), None),
        ((3, 4, 10), True),
        ((10, 10, 10), None),
        ((3, 3, 3), None),
        ((3, 3, 6, 10), True),
        ((3, 3, 3, 3), None),
        ((3, 3, 3, 30, 30), None),
    ],
    ids=[
        "up after two weeks",
        "as low after two weeks",
        "lower after two weeks",
        "up after one week, which is too early",
        "up after three weeks",
        "up after three weeks, which was said after two",
        "as low after three weeks, which was said after two",
        "up after four weeks",
        "as low after four weeks",
        "up after five weeks, which is too late",
    ],
)
def test_it_says_once_that_something_is_up_and_once_that_it_is_not(since_brief: tuple[int, ...], *, is_up: bool | None) -> None:
    days, since = weeks_of(*STEADY, 3, 3, *since_brief), _weeks_ago(len(since_brief))

    result = follow_up(days, CALLS, since=since, today=MONDAY)

    assert (result.is_up if result is not None else None) is is_up


def test_a_follow_up_compares_with_the_two_weeks_before_the_brief() -> None:
    result = follow_up(weeks_of(*STEADY, 3, 4, 10, 10), CALLS, since=_weeks_ago(2), today=MONDAY)

    assert result is not None
    assert (result.change.days, result.change.count) == (10, 100)
    assert result.change.expected == sum(day.counts[CALLS] for day in weeks_of(3, 4))


def test_four_active_days_are_needed_before_and_after_the_brief() -> None:
    days = weeks_of(3, 3, 10, 10)
    before, after = days[:10], days[10:]

    assert follow_up([*before[6:], *after[6:]], CALLS, since=_weeks_ago(2), today=MONDAY) is not None
    assert follow_up([*before[7:], *after], CALLS, since=_weeks_ago(2), today=MONDAY) is None
    assert follow_up([*before, *after[7:]], CALLS, since=_weeks_ago(2), today=MONDAY) is None
