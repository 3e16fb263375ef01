"""How a behaviour changed from some days to others, and whether chance explains it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.nudges.domain.baseline import PastDay
from services.nudges.domain.trends.change import Change, change_between
from tests.services.nudges.domain.trends.days import CALLS, MEETINGS, MONDAY, counted, weeks_of

P_VALUE = 0.01


def _change(before: list[PastDay], after: list[PastDay]) -> Change:
    change = change_between(before, after, CALLS, days_min=1)
    assert change is not None
    return change


def _fell(share: float = 0.5, *, days: float = 0.001, weeks: float = 0.001) -> Change:
    return Change(count=round(100 * share), days=10, expected=100, day_p_value=days, week_p_value=weeks)


def test_the_usual_count_is_that_of_as_many_days_before() -> None:
    change = _change(counted(2, 4, 6, 8), counted(1, 2))

    assert (change.count, change.days, change.expected, change.share) == (3, 2, 10, 0.3)


def test_half_a_day_counts_as_half_a_day() -> None:
    halves = [replace(day, part=0.5) for day in counted(2, 2)]

    assert _change(counted(4, 4), halves).expected == 4
    assert _change(counted(4, 4), halves).day_p_value == 0.5


def test_a_day_on_which_the_behaviour_had_no_target_says_nothing_about_it() -> None:
    before, after = [*counted(4, 4), *counted(9, key=MEETINGS)], [*counted(2, 2), *counted(9, key=MEETINGS)]

    assert (_change(before, after).days, _change(before, after).expected) == (2, 8)
    assert change_between(before, after, CALLS, days_min=2) is not None
    assert change_between(before, after, CALLS, days_min=3) is None
    assert change_between(before, [], CALLS, days_min=1) is None


def test_the_probability_is_that_of_a_two_sample_t_test_of_the_square_roots() -> None:
    """Roots 3, 4, 5 and 1, 2, 3: t = 2 / sqrt(1 x 2/3) = 2.449 with four degrees of freedom, one-sided p = 0.0352."""
    fall, rise = _change(counted(9, 16, 25), counted(1, 4, 9)), _change(counted(1, 4, 9), counted(9, 16, 25))

    assert fall.day_p_value == pytest.approx(0.03524, abs=1e-5)
    assert rise.day_p_value == pytest.approx(1 - 0.03524, abs=1e-5)


def test_the_means_of_the_weeks_are_compared_too() -> None:
    """Weeks with the roots 3, 4, 5, and then 1, 2, 3 on average."""
    earlier = [day for back, root in ((6, 3), (5, 4), (4, 5)) for day in _week(back, root)]
    later = [day for back, root in ((3, 1), (2, 2), (1, 3)) for day in _week(back, root)]

    assert _change(earlier, later).week_p_value == pytest.approx(0.03524, abs=1e-5)
    assert _change(earlier, later).day_p_value < 0.001


def _week(weeks_back: int, root: int) -> list[PastDay]:
    return counted(*[root**2] * 4, until=MONDAY - timedelta(weeks=weeks_back - 1))


def test_days_that_do_not_vary_at_all_leave_nothing_to_p_value() -> None:
    assert _change(counted(4, 4), counted(1, 1)).day_p_value == 0
    assert _change(counted(1, 1), counted(4, 4)).day_p_value == 1
    assert _change(counted(4, 4), counted(4, 4)).day_p_value == 0.5


def test_one_week_on_each_side_says_nothing_about_weeks() -> None:
    assert _change(counted(9, 9, until=MONDAY - timedelta(weeks=1)), counted(1, 1)).week_p_value == 0.5


@pytest.mark.parametrize(
    ("change", "is_fall"),
    [
        (_fell(), True),
        (_fell(0.66), True),
        (_fell(0.67), False),
        (_fell(days=0.01), True),
        (_fell(days=0.011), False),
        (_fell(weeks=0.02), True),
        (_fell(weeks=0.021), False),
    ],
    ids=["clear", "by a third", "by less", "just beyond chance", "within chance", "weeks just beyond", "weeks within chance"],
)
def test_a_fall_is_by_a_third_and_beyond_what_days_and_weeks_explain(change: Change, *, is_fall: bool) -> None:
    assert change.is_fall(p_value_max=P_VALUE) is is_fall


@pytest.mark.parametrize(
    ("change", "is_rise"),
    [
        (_fell(1.5, days=0.981, weeks=0.5), True),
        (_fell(1.5, days=0.979, weeks=0.5), False),
        (_fell(1.34, days=0.99), True),
        (_fell(1.33, days=0.99), False),
        (_fell(0.5), False),
    ],
    ids=["just beyond chance", "within chance", "by a third", "by less", "a fall"],
)
def test_a_rise_is_by_a_third_and_beyond_what_days_explain(change: Change, *, is_rise: bool) -> None:
    assert change.is_rise is is_rise


def test_from_nothing_it_can_only_rise() -> None:
    assert _change(counted(0, 0), counted(3, 3)).is_rise
    assert not _change(counted(0, 0), counted(0, 0)).is_fall(p_value_max=1)


def test_a_single_day_of_many_hides_no_fall_and_makes_no_rise() -> None:
    weeks = weeks_of(*[10] * 9, until=MONDAY - timedelta(weeks=3))
    burst = counted(*[1] * 14, 90)

    assert not _change(weeks, burst).is_rise
    assert _change(weeks, burst).count > _change(weeks, weeks_of(*[4] * 3)).count
