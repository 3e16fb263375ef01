"""The baselines of a team and of a rep."""

from random import Random

import pytest

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.expectation import (
    UNKNOWN_TEAM_BASELINE,
    TeamBaseline,
    estimate_rep_baseline,
    estimate_team_baseline,
)
from tests.services.nudges.domain.drop.weeks import counted, random_days, steady

TEAM = TeamBaseline(weekday_factors=(1.0,) * 7, rate=20.0, spread=0.3, dispersion=0.2)


def test_the_baseline_of_a_team_without_any_activity_is_unknown() -> None:
    assert estimate_team_baseline([]) == UNKNOWN_TEAM_BASELINE
    assert estimate_team_baseline([[], counted(0, 0, 0)]) == UNKNOWN_TEAM_BASELINE


def test_a_team_baseline_knows_the_pattern_of_the_week() -> None:
    pattern = (1.4, 1.1, 1.0, 0.9, 0.6)
    random = Random(1)
    reps = [random_days([mean * factor for _ in range(40) for factor in pattern], 6, random) for mean in (10, 20, 40, 20)]

    factors = estimate_team_baseline(reps).weekday_factors

    assert factors[:5] == pytest.approx(pattern, abs=0.08)
    assert factors[5:] == (1.0, 1.0)


@pytest.mark.parametrize(("mean", "size"), [(40, 6), (15, 6), (2, 3)])
def test_a_team_baseline_knows_rate_dispersion_and_spread(mean: float, size: float) -> None:
    random = Random(2)
    reps = [random_days([mean * factor] * 120, size, random) for factor in (0.6, 0.8, 1.0, 1.2, 1.4)]

    team = estimate_team_baseline(reps)

    assert team.rate == pytest.approx(mean, rel=0.06)
    assert team.dispersion == pytest.approx(1 / size, abs=0.09)
    assert team.spread == pytest.approx(0.316, abs=0.08)


def test_part_days_count_for_the_part_that_was_worked() -> None:
    full_days = steady(20, 25)
    half_days = [WorkedDay(weekday=day.weekday, count=10, exposure=0.5) for day in steady(20, 25)]

    rate = estimate_rep_baseline(full_days + half_days, TEAM).rate

    assert rate == pytest.approx(estimate_rep_baseline(full_days, TEAM).rate)


@pytest.mark.parametrize(("days", "low", "high"), [(1, 20, 32), (5, 30, 37), (60, 39, 40)])
def test_a_rep_baseline_is_shrunk_towards_the_team_less_with_every_day(days: int, low: float, high: float) -> None:
    assert low < estimate_rep_baseline(counted(*[40] * days), TEAM).rate < high


def test_a_rep_without_any_activity_has_a_low_rate_but_not_zero() -> None:
    assert 0 < estimate_rep_baseline(counted(*[0] * 20), TEAM).rate < 5
    assert estimate_rep_baseline(counted(*[0] * 20), UNKNOWN_TEAM_BASELINE).rate == 0


def test_a_rep_who_is_unlike_the_team_keeps_their_own_dispersion() -> None:
    """Mostly empty days with a full one now and then are as normal for one rep as even days are for the others."""
    bursts, even = counted(*[0, 0, 0, 0, 20] * 8), steady(20, 40)

    assert estimate_rep_baseline(bursts, TEAM).dispersion > 2.5
    assert TEAM.dispersion / 2 < estimate_rep_baseline(even, TEAM).dispersion < TEAM.dispersion
