"""When a rep's counts have dropped, and the near misses."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import Assessment, NotKnownYet, assess, find_alerts
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import UNKNOWN_TEAM_BASELINE, TeamBaseline, estimate_team_baseline
from tests.services.nudges.domain.drop.weeks import counted, random_days, spread_over, steady

BUDGET = ErrorBudget()


def _team(rate: float = 40, dispersion: float = 0.17, factors: tuple[float, ...] = (1.0,) * 7) -> TeamBaseline:
    return TeamBaseline(weekday_factors=factors, rate=rate, spread=0.3, dispersion=dispersion)


def _assessed(days: list[WorkedDay], team: TeamBaseline, budget: ErrorBudget = BUDGET) -> Assessment:
    finding = assess(days, team, budget)
    assert isinstance(finding, Assessment)
    return finding


@pytest.mark.parametrize(
    ("mean", "dispersion", "window_days", "limit"),
    [(40, 0.04, 5, 140), (40, 0.17, 5, 124), (15, 0.17, 5, 44), (2, 0.17, 10, 9)],
    ids=["many a day", "many, varying more", "some a day", "few a day: the window is ten days"],
)
def test_a_drop_is_a_sum_at_or_below_its_limit(mean: float, dispersion: float, window_days: int, limit: int) -> None:
    baseline, team = steady(mean, 60), _team(mean, dispersion)

    at_limit = _assessed(baseline + spread_over(limit, window_days), team)
    just_above = _assessed(baseline + spread_over(limit + 1, window_days), team)

    assert (at_limit.window_days, at_limit.count, at_limit.is_drop) == (window_days, limit, True)
    assert (just_above.window_days, just_above.count, just_above.is_drop) == (window_days, limit + 1, False)
    assert 0.95 * mean * window_days < at_limit.expected < mean * window_days  # the allowance for a slow trend
    assert at_limit.is_extended is (window_days > 5)


def test_at_the_lowest_counts_the_window_is_twenty_days_and_below_them_nothing_is_known() -> None:
    every_second_day, every_tenth_day = counted(*[1, 0] * 40), counted(*[1, *[0] * 9] * 8)

    low = _assessed(every_second_day + counted(*[0] * 20), _team(0.5, 0.2))
    too_low = assess(every_tenth_day + counted(*[0] * 20), _team(0.1, 0.2), BUDGET)

    assert (low.window_days, low.is_extended, low.is_drop) == (20, True, True)
    assert too_low == NotKnownYet(because="not known yet: even 20 worked days with a count of 0 could be chance")


@pytest.mark.parametrize(("days", "missing"), [(0, 15), (1, 14), (14, 1)])
def test_with_too_little_history_nothing_is_known_yet(days: int, missing: int) -> None:
    finding = assess(steady(40, 15)[:days], _team(), BUDGET)

    assert finding == NotKnownYet(because=f"not known yet: {missing} more worked days are needed")
    assert isinstance(assess(steady(40, 15), _team(), BUDGET), Assessment)


def test_without_a_team_the_reps_own_days_are_enough() -> None:
    assert _assessed(steady(40, 60) + spread_over(60, 5), UNKNOWN_TEAM_BASELINE).is_drop
    assert not _assessed(steady(40, 65), UNKNOWN_TEAM_BASELINE).is_drop
    assert isinstance(assess(counted(*[0] * 60), UNKNOWN_TEAM_BASELINE, BUDGET), NotKnownYet)


def test_only_the_part_of_a_day_that_was_worked_is_expected_to_be_filled() -> None:
    baseline, low = steady(40, 60), spread_over(100, 5)
    half_days = [WorkedDay(weekday=day.weekday, count=day.count, exposure=0.5) for day in low]

    assert _assessed(baseline + low, _team()).is_drop
    assert not _assessed(baseline + half_days, _team()).is_drop


def test_a_run_of_weak_weekdays_is_not_a_drop() -> None:
    """Ten Fridays in a row, as of somebody who is off from Monday to Thursday."""
    factors = (1.15, 1.15, 1.15, 1.15, 0.4, 1.0, 1.0)
    baseline = [WorkedDay(weekday=day.weekday, count=round(day.count * factors[day.weekday])) for day in steady(40, 60)]
    fridays = [WorkedDay(weekday=4, count=16) for _ in range(10)]

    assert not _assessed(baseline + fridays, _team(factors=factors)).is_drop
    assert _assessed(baseline + fridays, _team()).is_drop


def test_one_empty_day_is_not_a_drop() -> None:
    assert not _assessed(steady(40, 64) + counted(0), _team()).is_drop


def test_days_of_long_ago_are_not_part_of_the_baseline() -> None:
    """A level that has held for sixty worked days is the new level."""
    assert not _assessed(steady(80, 60) + steady(40, 65), _team()).is_drop


def test_after_an_alert_there_is_none_until_the_cooldown_is_over() -> None:
    days = steady(40, 60) + steady(16, 40)

    alerts = [(index, assessment.window_days) for index, assessment in find_alerts(days, _team(), BUDGET)]

    assert 60 <= alerts[0][0] < 66
    assert all(later - earlier > cooldown_days(window_days) for (earlier, window_days), (later, _) in pairwise(alerts))


@given(st.lists(st.integers(0, 60), min_size=5, max_size=5), st.integers(0, 4), st.integers(1, 30), st.floats(0.1, 1))
@example(last_counts=[0, 12, 60, 60, 60], weekday=0, more=1, part=1.0)
def test_doing_more_or_working_less_of_a_day_never_makes_a_drop(
    last_counts: list[int], weekday: int, more: int, part: float
) -> None:
    baseline, team = steady(40, 60), _team(dispersion=0.05)
    done_more, worked_less = counted(*last_counts), counted(*last_counts)
    done_more[weekday] = WorkedDay(weekday=weekday, count=last_counts[weekday] + more)
    worked_less[weekday] = WorkedDay(weekday=weekday, count=last_counts[weekday], exposure=part)

    before = _assessed(baseline + counted(*last_counts), team)

    assert _assessed(baseline + done_more, team).score >= before.score
    assert _assessed(baseline + worked_less, team).score >= before.score - 0.05  # a lighter week varies more, for its size


SIZE, REPS, BASELINE_DAYS, YEAR_DAYS = 6.0, 60, 60, 250


def _count_false_alerts(mean: float, budget: ErrorBudget, *, decline_per_year: float) -> int:
    """False alerts in sixty rep-years. The team's baseline is that of the days before."""
    random = Random(4)
    trend = [(1 - decline_per_year) ** (day / YEAR_DAYS) for day in range(BASELINE_DAYS + YEAR_DAYS)]
    reps = [
        random_days([mean * level * part for part in trend], SIZE, random) for level in [0.6, 0.8, 1, 1.2, 1.4] * (REPS // 5)
    ]
    team = estimate_team_baseline([days[:BASELINE_DAYS] for days in reps])
    return sum(index >= BASELINE_DAYS for days in reps for index, _ in find_alerts(days, team, budget))


@pytest.mark.parametrize("mean", [15, 2])
def test_sixty_rep_years_keep_the_budget_even_when_everybody_slowly_declines(mean: float) -> None:
    """The budget is sixty alerts, and 72 leave room for chance. A laxer limit, or one for separate windows, breaks it."""
    assert 20 <= _count_false_alerts(mean, BUDGET, decline_per_year=0.0) <= 72
    assert _count_false_alerts(mean, BUDGET, decline_per_year=0.15) <= 72
    assert _count_false_alerts(mean, ErrorBudget(strictness=-0.4), decline_per_year=0.15) > 72
