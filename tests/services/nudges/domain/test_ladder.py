"""How large the next step is."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.nudges.domain.ladder import (
    Ladder,
    climbed,
    first_ladder,
    is_ladder_of,
    ladder_of_next_period,
    ladders_after,
    step_size_phrase,
    typical_week,
)
from shared.events import DayReport, GoalKey
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.reports import MARCH, MONTH_GOAL, GoalFields, goal, report, worked_days

APRIL = date(2026, 4, 1)
JANUARY = date(2026, 1, 1)
LAST_OF_MARCH = date(2026, 3, 31)
FIXED: GoalFields = {"step_min": None, "step_max": None}


def _ladder(reached: int = 0, size: str = "30", *, reached_on: date | None = None) -> Ladder:
    return Ladder(goal=MONTH_GOAL, period_start=MARCH, reached=reached, size=Decimal(size), reached_on=reached_on)


def _days(*amounts: int, until: date = LAST_OF_MARCH) -> list[DayReport]:
    """Worked days of one period that added so much to a goal each, newest first."""
    days = worked_days(*[60] * len(amounts), until=until)
    return [
        day.model_copy(update={"goals": (goal(sum(amounts[: number + 1]), period_start=JANUARY),)})
        for number, day in enumerate(days)
    ][::-1]


@pytest.mark.parametrize(
    ("count", "typical", "reached", "size"),
    [
        (29, 40, 0, "30"),
        (30, 40, 30, "33"),
        (45, 31, 30, "31"),
        (45, 20, 30, "30"),
        (45, None, 30, "30"),
        (62, 40, 30, "33"),
        (63, 40, 63, "36.3"),
    ],
    ids=[
        "one short of the step",
        "at most a tenth more",
        "as much as the weeks hold",
        "never less in a period",
        "as before while too little is known",
        "one short of the second step",
        "two steps at once, each a tenth more",
    ],
)
def test_a_step_that_is_reached_opens_the_next(count: int, typical: int | None, reached: int, size: str) -> None:
    after = climbed(_ladder(), goal(count), Decimal(typical) if typical is not None else None, day=MONDAY)

    assert (after.reached, after.size) == (reached, Decimal(size))
    assert after.reached_on == (MONDAY if reached else None)


def test_a_tenth_of_a_small_step_is_not_lost() -> None:
    ladder, sizes = _ladder(size="5"), []
    for _ in range(4):
        ladder = climbed(ladder, goal(ladder.next_step, step_min=1), Decimal(40), day=MONDAY)
        sizes.append((ladder.size, ladder.next_step))

    assert sizes == [(Decimal("5.5"), 11), (Decimal("6.05"), 18), (Decimal("6.655"), 25), (Decimal("7.3205"), 33)]


@given(st.integers(1, 60), st.lists(st.integers(1, 80), max_size=12))
@example(4, [40] * 6)
def test_the_sentence_on_the_growth_of_steps_fits_the_steps_that_are_shown(first: int, typical: list[int]) -> None:
    """Steps of 4 are followed by steps of 5: a tenth more than 4 is 4.4, which is rounded up."""
    ladder, shown = _ladder(size=str(first)), [first]
    for weekly in typical:
        ladder = climbed(ladder, goal(ladder.next_step, step_min=1), Decimal(weekly), day=MONDAY)
        phrase = step_size_phrase(goal(ladder.reached, step_min=1), ladder)
        shown.append(int(phrase.removeprefix("in steps of ").split()[0]))
        assert "grow by at most a tenth at a time, rounded up" in phrase

    assert all(before <= after <= ceil(before * Decimal("1.1")) for before, after in pairwise(shown))
    if typical == [40] * 6 and first == 4:
        assert shown == [4, 5, 5, 6, 6, 7, 8]


def test_a_step_that_is_smaller_by_a_fraction_that_is_not_shown_is_not_called_smaller() -> None:
    before = _ladder(size="11.5", reached_on=MONDAY)

    same = ladder_of_next_period(before, goal(0, period_start=APRIL), Decimal("11.25"))
    smaller = ladder_of_next_period(before, goal(0, period_start=APRIL), Decimal(11))

    assert (same.size, same.lowered_from) == (Decimal("11.25"), None)
    assert (smaller.size, smaller.lowered_from) == (Decimal(11), Decimal("11.5"))


@pytest.mark.parametrize(
    ("size", "typical", "bounds", "expected"),
    [("58", 90, GoalFields(), "60"), ("30", 90, GoalFields(step_max=31), "31"), ("5", 1, GoalFields(), "10")],
    ids=["at most 60", "at most 31", "at least 10"],
)
def test_steps_stay_within_the_bounds(size: str, typical: int, bounds: GoalFields, expected: str) -> None:
    assert climbed(_ladder(size=size), goal(int(size), **bounds), Decimal(typical), day=MONDAY).size == Decimal(expected)


@pytest.mark.parametrize("missing", [FIXED, GoalFields(step_min=None), GoalFields(step_max=None)])
def test_without_bounds_all_steps_are_those_of_the_playbook(missing: GoalFields) -> None:
    ladder = climbed(_ladder(), goal(61, **missing), Decimal(90), day=MONDAY)

    assert (ladder.reached, ladder.next_step) == (60, 90)
    april = goal(0, **(missing | GoalFields(period_start=APRIL)))
    assert ladder_of_next_period(ladder, april, Decimal(5)).lowered_from is None


def test_a_count_that_fell_takes_no_step_back() -> None:
    assert climbed(_ladder(reached=30), goal(12), Decimal(20), day=MONDAY) == _ladder(reached=30)


@pytest.mark.parametrize(
    ("typical", "size", "lowered_from"),
    [(20, "20", "33"), (5, "10", "33"), (33, "33", None), (50, "33", None), (None, "33", None)],
    ids=["as the weeks hold", "no lower than the bound", "the same", "no larger", "too little is known"],
)
def test_a_new_period_begins_with_the_same_steps_or_with_smaller_ones(
    typical: int | None, size: str, lowered_from: str | None
) -> None:
    before = _ladder(reached=63, size="33", reached_on=MONDAY)

    after = ladder_of_next_period(before, goal(0, period_start=APRIL), Decimal(typical) if typical is not None else None)

    assert (after.period_start, after.reached, after.reached_on, after.size) == (APRIL, 0, None, Decimal(size))
    assert after.lowered_from == (Decimal(lowered_from) if lowered_from else None)


@pytest.mark.parametrize(("count", "reached"), [(59, 30), (60, 60), (65, 60)])
def test_the_first_ladder_begins_at_the_last_step_of_the_playbook(count: int, reached: int) -> None:
    assert first_ladder(goal(count)) == _ladder(reached=reached)


def test_what_is_usual_is_the_60th_percentile_of_five_consecutive_days() -> None:
    assert typical_week(MONTH_GOAL, _days(*[6] * 11)) == 30
    assert typical_week(MONTH_GOAL, _days(0, *[0, 0, 1, 0, 1] * 4)) == 2
    assert typical_week(MONTH_GOAL, _days(0, *[0] * 10, *[10] * 10)) == 40  # the tenth of sixteen sums
    assert typical_week(MONTH_GOAL, _days(*[90] * 10, *[6] * 20)) == 30


@pytest.mark.parametrize(
    ("days", "typical"), [(30, 60), (20, 55)], ids=["the tenth of sixteen sums", "the ninth of fifteen sums"]
)
def test_the_last_twenty_days_are_used(days: int, typical: int) -> None:
    """The newest day added 1, the one before it 2, and so on: the sums of five are 15, 20, 25 and so on."""
    assert typical_week(MONTH_GOAL, _days(*range(days, 0, -1))) == typical


@pytest.mark.parametrize(("days", "is_known"), [(10, False), (11, True)])
def test_it_is_not_known_from_fewer_than_ten_days(days: int, *, is_known: bool) -> None:
    """Of the oldest it is not known what it added to the days before it."""
    assert (typical_week(MONTH_GOAL, _days(*[6] * days)) is not None) is is_known


def test_of_the_first_day_of_a_period_it_is_known_what_it_added() -> None:
    days = _days(*[6] * 10)
    first = days[-1].day

    begun = [day.model_copy(update={"goals": (day.goals[0].model_copy(update={"period_start": first}),)}) for day in days]

    assert typical_week(MONTH_GOAL, begun) == 30


def test_a_day_in_a_new_period_counts_whole() -> None:
    march, first_of_april = _days(*[6] * 12), report(APRIL, goals=(goal(4, period_start=APRIL),))
    quiet = [report(APRIL + timedelta(days=1 + number), goals=(goal(4, period_start=APRIL),)) for number in range(9)]

    assert typical_week(MONTH_GOAL, [*quiet[::-1], first_of_april, *march]) == 28  # 4 and four days of 6


def test_a_count_that_is_corrected_downwards_adds_nothing() -> None:
    counts = [30, 60, 50, *[60] * 8]
    days = [
        day.model_copy(update={"goals": (goal(count, period_start=JANUARY),)})
        for day, count in zip(worked_days(*[60] * 11, until=LAST_OF_MARCH), counts, strict=True)
    ][::-1]

    assert typical_week(MONTH_GOAL, days) == 10


def test_reports_make_ladders_and_those_of_periods_that_are_over_stay() -> None:
    on_the_last = report(LAST_OF_MARCH, goals=(goal(31),))
    in_april = report(APRIL, goals=(goal(0, period_start=APRIL),))

    (march,) = ladders_after([_ladder()], on_the_last, [])
    (april,) = ladders_after([march], in_april, [])

    assert (march.reached, april.reached, april.period_start) == (30, 0, APRIL)
    belated = report(LAST_OF_MARCH, goals=(goal(61),))
    assert [ladder.reached for ladder in ladders_after([april, march], belated, [])] == [60]
    assert ladders_after([april], belated, []) == []


def test_a_step_that_was_reached_before_in_the_period_stays_as_it_was() -> None:
    ladder = _ladder(reached=30, size="33", reached_on=MONDAY)

    assert ladders_after([ladder], report(LAST_OF_MARCH, goals=(goal(31),)), []) == [ladder]


def test_a_ladder_belongs_to_a_goal_in_its_period() -> None:
    assert is_ladder_of(_ladder(), goal(5))
    assert not is_ladder_of(_ladder(), goal(5, period_start=APRIL))
    assert not is_ladder_of(_ladder(), goal(5, key=GoalKey("week")))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 80)), max_size=40))
def test_whatever_is_done_no_step_is_more_than_a_tenth_larger_and_none_leaves_the_bounds(days: list[tuple[int, int]]) -> None:
    ladder, count = first_ladder(goal(0)), 0
    for done, typical in days:
        count += done
        after = climbed(ladder, goal(count), Decimal(typical), day=MONDAY)
        assert ladder.size <= after.size <= max(ladder.size * Decimal("1.1") ** (1 + done // 10), Decimal(10))
        assert 10 <= after.size <= 60
        assert after.reached <= count < after.next_step
        ladder = after
