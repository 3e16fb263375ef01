"""When a rep's counts have dropped, and the near misses."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import Judged, NotKnownYet, drops, judge
from services.nudges.domain.drop.error_budget import ErrorBudget, cool_down_days
from services.nudges.domain.drop.expectation import TEAM_UNKNOWN, TeamUsual, usual_of_team
from tests.services.nudges.domain.drop.weeks import counted, random_days, spread_over, steady

BUDGET = ErrorBudget()


def _team(rate: float = 40, dispersion: float = 0.17, factors: tuple[float, ...] = (1.0,) * 7) -> TeamUsual:
    return TeamUsual(weekday_factors=factors, rate=rate, spread=0.3, dispersion=dispersion)


def _judged(days: list[WorkedDay], team: TeamUsual, budget: ErrorBudget = BUDGET) -> Judged:
    finding = judge(days, team, budget)
    assert isinstance(finding, Judged)
    return finding


@pytest.mark.parametrize(
    ("mean", "dispersion", "span", "most"),
    [(40, 0.04, 5, 140), (40, 0.17, 5, 124), (15, 0.17, 5, 44), (2, 0.17, 10, 9)],
    ids=["many a day", "many, varying more", "some a day", "few a day: ten days are watched"],
)
def test_a_drop_is_a_sum_at_or_below_its_limit(mean: float, dispersion: float, span: int, most: int) -> None:
    usual, team = steady(mean, 60), _team(mean, dispersion)

    at_limit = _judged(usual + spread_over(most, span), team)
    just_above = _judged(usual + spread_over(most + 1, span), team)

    assert (at_limit.span_days, at_limit.counted, at_limit.is_drop) == (span, most, True)
    assert (just_above.span_days, just_above.counted, just_above.is_drop) == (span, most + 1, False)
    assert 0.95 * mean * span < at_limit.expected < mean * span  # a little is granted to a slow trend
    assert at_limit.is_longer is (span > 5)


def test_at_the_lowest_counts_twenty_days_are_watched_and_below_them_nothing_is_known() -> None:
    every_second, every_tenth = counted(*[1, 0] * 40), counted(*[1, *[0] * 9] * 8)

    seldom = _judged(every_second + counted(*[0] * 20), _team(0.5, 0.2))
    hardly_ever = judge(every_tenth + counted(*[0] * 20), _team(0.1, 0.2), BUDGET)

    assert (seldom.span_days, seldom.is_longer, seldom.is_drop) == (20, True, True)
    assert hardly_ever == NotKnownYet(because="not known yet: even 20 worked days with nothing could be chance")


@pytest.mark.parametrize(("days", "missing"), [(0, 15), (1, 14), (14, 1)])
def test_with_too_little_history_nothing_is_known_yet(days: int, missing: int) -> None:
    finding = judge(steady(40, 15)[:days], _team(), BUDGET)

    assert finding == NotKnownYet(because=f"not known yet: {missing} more worked days are needed")
    assert isinstance(judge(steady(40, 15), _team(), BUDGET), Judged)


def test_without_a_team_the_reps_own_days_are_enough() -> None:
    assert _judged(steady(40, 60) + spread_over(60, 5), TEAM_UNKNOWN).is_drop
    assert not _judged(steady(40, 65), TEAM_UNKNOWN).is_drop
    assert isinstance(judge(counted(*[0] * 60), TEAM_UNKNOWN, BUDGET), NotKnownYet)


def test_part_days_are_asked_for_the_part_that_was_worked() -> None:
    usual, low = steady(40, 60), spread_over(100, 5)
    half_days = [WorkedDay(weekday=day.weekday, count=day.count, exposure=0.5) for day in low]

    assert _judged(usual + low, _team()).is_drop
    assert not _judged(usual + half_days, _team()).is_drop


def test_a_run_of_weak_weekdays_is_no_drop() -> None:
    """Ten Fridays in a row, as of somebody who is off from Monday to Thursday."""
    factors = (1.15, 1.15, 1.15, 1.15, 0.4, 1.0, 1.0)
    usual = [WorkedDay(weekday=day.weekday, count=round(day.count * factors[day.weekday])) for day in steady(40, 60)]
    fridays = [WorkedDay(weekday=4, count=16) for _ in range(10)]

    assert not _judged(usual + fridays, _team(factors=factors)).is_drop
    assert _judged(usual + fridays, _team()).is_drop


def test_one_empty_day_is_no_drop() -> None:
    assert not _judged(steady(40, 64) + counted(0), _team()).is_drop


def test_what_was_long_ago_is_not_usual() -> None:
    """A level that has held for sixty worked days is the level."""
    assert not _judged(steady(80, 60) + steady(40, 65), _team()).is_drop


def test_after_an_alert_it_is_quiet_and_the_same_days_make_no_other() -> None:
    days = steady(40, 60) + steady(16, 40)

    found = [(index, finding.span_days) for index, finding in drops(days, _team(), BUDGET)]

    assert 60 <= found[0][0] < 66
    assert all(later - earlier > cool_down_days(span) for (earlier, span), (later, _) in pairwise(found))


@given(st.lists(st.integers(0, 60), min_size=5, max_size=5), st.integers(0, 4), st.integers(1, 30), st.floats(0.1, 1))
@example(last=[0, 12, 60, 60, 60], which=0, more=1, part=1.0)
def test_more_done_or_less_of_a_day_worked_never_makes_a_drop(last: list[int], which: int, more: int, part: float) -> None:
    usual, team = steady(40, 60), _team(dispersion=0.05)
    done_more, worked_less = counted(*last), counted(*last)
    done_more[which] = WorkedDay(weekday=which, count=last[which] + more)
    worked_less[which] = WorkedDay(weekday=which, count=last[which], exposure=part)

    before = _judged(usual + counted(*last), team)

    assert _judged(usual + done_more, team).score >= before.score
    assert _judged(usual + worked_less, team).score >= before.score - 0.05  # a lighter week varies more, for its size


SIZE, REPS, HISTORY, YEAR = 6.0, 60, 60, 250


def _alerts(mean: float, budget: ErrorBudget, *, fall_a_year: float) -> int:
    """False alerts of sixty rep-years; the team's usual comes from before."""
    random = Random(4)
    trend = [(1 - fall_a_year) ** (day / YEAR) for day in range(HISTORY + YEAR)]
    reps = [
        random_days([mean * level * part for part in trend], SIZE, random) for level in [0.6, 0.8, 1, 1.2, 1.4] * (REPS // 5)
    ]
    team = usual_of_team([days[:HISTORY] for days in reps])
    return sum(index >= HISTORY for days in reps for index, _ in drops(days, team, budget))


@pytest.mark.parametrize("mean", [15, 2])
def test_sixty_years_keep_the_budget_also_when_everybody_slowly_falls(mean: float) -> None:
    """Sixty alerts are the budget, 72 leave room for chance; a laxer limit, or one for windows apart, breaks it."""
    assert 20 <= _alerts(mean, BUDGET, fall_a_year=0.0) <= 72
    assert _alerts(mean, BUDGET, fall_a_year=0.15) <= 72
    assert _alerts(mean, ErrorBudget(strictness=-0.4), fall_a_year=0.15) > 72
