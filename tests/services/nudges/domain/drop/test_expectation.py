"""The baselines of a team and of a rep."""

from collections.abc import Sequence
from random import Random

import pytest

from services.nudges.domain.drop.counts import DaySums, WorkedDay
from services.nudges.domain.drop.expectation import (
    UNKNOWN_TEAM_BASELINE,
    RepBaseline,
    TeamBaseline,
    estimate_rep_baseline,
    estimate_team_baseline,
)
from tests.services.nudges.domain.drop.weeks import counted, random_days, steady

TEAM = TeamBaseline(weekday_factors=(1.0,) * 7, dispersion=0.2)


def _baseline(days: Sequence[WorkedDay], team: TeamBaseline = TEAM) -> RepBaseline:
    return estimate_rep_baseline(DaySums(days, team.weekday_factors).between(0, len(days)), team)


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


@pytest.mark.parametrize(("mean", "size"), [(40, 6), (15, 6), (6, 3)])
def test_a_team_baseline_knows_the_dispersion(mean: float, size: float) -> None:
    random = Random(2)
    reps = [random_days([mean * factor] * 120, size, random) for factor in (0.6, 0.8, 1.0, 1.2, 1.4)]

    assert estimate_team_baseline(reps).dispersion == pytest.approx(1 / size, abs=0.09)


def test_days_without_activity_change_nothing_about_a_team() -> None:
    with_gaps = [day for active in steady(20, 30) for day in (active, WorkedDay(weekday=active.weekday, count=0))]

    assert estimate_team_baseline([with_gaps]) == estimate_team_baseline([steady(20, 30)])


def test_part_days_count_for_the_part_that_was_worked() -> None:
    full_days = steady(20, 25)
    half_days = [WorkedDay(weekday=day.weekday, count=10, exposure=0.5) for day in steady(20, 25)]

    assert _baseline(full_days + half_days).rate == pytest.approx(_baseline(full_days).rate)


def test_a_rate_is_the_reps_own_whatever_the_team_does() -> None:
    assert _baseline(counted(40, 44, 36)).rate == pytest.approx(40)
    assert _baseline(counted(40, 44, 36), UNKNOWN_TEAM_BASELINE).rate == pytest.approx(40)


def test_a_dispersion_is_shrunk_towards_the_team() -> None:
    own = _baseline(steady(20, 400)).dispersion
    shrunk = _baseline(steady(20, 10)).dispersion

    assert own < shrunk < TEAM.dispersion


def test_a_rep_who_is_unlike_the_team_keeps_their_own_dispersion() -> None:
    """Days with hardly anything and a full one now and then are as normal for one rep as even days are for the others."""
    bursts = counted(*[1, 1, 1, 1, 60] * 8)

    assert _baseline(bursts).dispersion > 1.5


def test_no_dispersion_is_less_than_a_fiftieth() -> None:
    assert _baseline(counted(*[40] * 60), TeamBaseline(weekday_factors=(1.0,) * 7, dispersion=0.0)).dispersion == 0.02
    assert estimate_team_baseline([counted(*[40] * 60)]).dispersion == 0.02
