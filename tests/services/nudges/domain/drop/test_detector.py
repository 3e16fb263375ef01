"""When a rep's counts have dropped, and the near misses."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.nudges.domain.drop.counts import WorkedDay, active_days
from services.nudges.domain.drop.detector import (
    ACTIVE_DAYS_MAX,
    ACTIVE_DAYS_MIN,
    Assessment,
    assess,
    find_alerts,
)
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import UNKNOWN_TEAM_BASELINE, TeamBaseline, estimate_team_baseline
from tests.services.nudges.domain.drop.weeks import counted, random_days, spread_over, steady

BUDGET = ErrorBudget()
BASELINE_DAYS, YEAR_DAYS, REPS, SIZE = 60, 250, 30, 6.0


def _team(dispersion: float = 0.17, factors: tuple[float, ...] = (1.0,) * 7) -> TeamBaseline:
    return TeamBaseline(weekday_factors=factors, dispersion=dispersion)


def _assessed(days: Sequence[WorkedDay], team: TeamBaseline, *, active_share: float = 1.0) -> Assessment:
    assessment = assess(days, team, BUDGET, active_share=active_share)
    assert assessment is not None
    return assessment


@pytest.mark.parametrize(
    ("mean", "dispersion", "days", "limit"),
    [(40, 0.04, 5, 133), (40, 0.17, 5, 118), (15, 0.17, 5, 41), (4, 0.17, 10, 19), (3, 0.3, 20, 33)],
    ids=["many a day", "many, varying more", "some a day", "few a day", "few, varying more"],
)
def test_a_drop_is_a_sum_at_or_below_its_limit(mean: float, dispersion: float, days: int, limit: int) -> None:
    baseline, team = steady(mean, 60), _team(dispersion)

    assert _assessed(baseline + spread_over(limit, days), team).is_drop
    assert not _assessed(baseline + spread_over(limit + 1, days), team).is_drop


def test_the_window_with_the_most_evidence_is_named_with_its_numbers() -> None:
    assessment = _assessed(counted(*[20] * 40, *[5] * 6), _team())

    assert (assessment.window_days, assessment.count, assessment.baseline_days) == (6, 30, 40)
    assert assessment.expected == pytest.approx(120, rel=0.05)
    assert assessment.expected < 120  # the allowance for a slow trend
    assert assessment.excess == assessment.evidence - assessment.limit > 0


def test_nothing_is_assessed_before_ten_days_of_baseline_and_three_more() -> None:
    assert assess(steady(40, ACTIVE_DAYS_MIN - 1), _team(), BUDGET, active_share=1.0) is None
    assert _assessed(steady(40, ACTIVE_DAYS_MIN), _team()).window_days == 3


def test_no_window_is_longer_than_twenty_days() -> None:
    assert _assessed(counted(*[20] * 60, *[12] * 30), _team()).window_days == 20


def test_days_of_long_ago_have_no_influence() -> None:
    days = counted(*[20] * ACTIVE_DAYS_MAX)

    assert _assessed(counted(*[500] * 40) + days, _team()) == _assessed(days, _team())


def test_without_a_team_the_reps_own_days_are_enough() -> None:
    assert _assessed(steady(40, 60) + spread_over(60, 5), UNKNOWN_TEAM_BASELINE).is_drop
    assert not _assessed(steady(40, 65), UNKNOWN_TEAM_BASELINE).is_drop


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


def test_one_bad_day_is_not_a_drop() -> None:
    assert not _assessed(steady(40, 64) + counted(1), _team()).is_drop


def test_somebody_who_is_rarely_active_needs_less_evidence() -> None:
    """The budget is one of working days, and each of their active days stands for several of these."""
    days = steady(40, 60) + spread_over(125, 5)

    assert not _assessed(days, _team()).is_drop
    assert _assessed(days, _team(), active_share=0.3).is_drop


def test_after_an_alert_there_is_none_until_the_cooldown_is_over() -> None:
    days = steady(40, 60) + steady(16, 40)

    alerts = [(index, assessment.window_days) for index, assessment in find_alerts(days, _team(), BUDGET, active_share=1.0)]

    assert 60 <= alerts[0][0] < 66
    assert all(later - earlier > cooldown_days(window, 1.0) for (earlier, window), (later, _) in pairwise(alerts))


@given(st.lists(st.integers(1, 60), min_size=5, max_size=5), st.integers(2, 4), st.integers(1, 30))
def test_less_on_one_of_the_last_three_days_is_never_less_evidence(counts: list[int], position: int, less: int) -> None:
    lower = [max(1, count - less) if index == position else count for index, count in enumerate(counts)]
    before = steady(30, 40)

    assert _assessed(before + counted(*lower), _team()).evidence >= _assessed(before + counted(*counts), _team()).evidence


def _count_false_alerts(mean: float, budget: ErrorBudget, *, decline_per_year: float) -> int:
    """In thirty rep-years, of reps whose rates differ and all decline by so much."""
    random = Random(4)
    trend = [(1 - decline_per_year) ** (day / YEAR_DAYS) for day in range(BASELINE_DAYS + YEAR_DAYS)]
    reps = [
        random_days([mean * level * part for part in trend], SIZE, random) for level in [0.6, 0.8, 1, 1.2, 1.4] * (REPS // 5)
    ]
    team = estimate_team_baseline([days[:BASELINE_DAYS] for days in reps])
    alerts = 0
    for days in reps:
        active = active_days(days)
        share = len(active) / len(days)
        known = len(active_days(days[:BASELINE_DAYS]))
        alerts += sum(index >= known for index, _ in find_alerts(active, team, budget, active_share=share))
    return alerts


def test_thirty_rep_years_keep_the_budget_even_when_everybody_slowly_declines() -> None:
    """The budget of one in 500 days is fifteen alerts, and 24 leave room for chance. A laxer limit breaks it."""
    assert 4 <= _count_false_alerts(15, BUDGET, decline_per_year=0.0) <= 24
    assert _count_false_alerts(15, BUDGET, decline_per_year=0.15) <= 24
    assert _count_false_alerts(15, ErrorBudget(strictness=-1.0), decline_per_year=0.15) > 24
