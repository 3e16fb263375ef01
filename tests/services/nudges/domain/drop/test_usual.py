"""What is usual of a team and of a rep."""

from random import Random

import pytest

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.expectation import TEAM_UNKNOWN, TeamUsual, usual_of, usual_of_team
from tests.services.nudges.domain.drop.weeks import counted, random_days, steady

TEAM = TeamUsual(weekday_factors=(1.0,) * 7, rate=20.0, spread=0.3, dispersion=0.2)


def test_nothing_is_known_of_a_team_that_has_done_nothing() -> None:
    assert usual_of_team([]) == TEAM_UNKNOWN
    assert usual_of_team([[], counted(0, 0, 0)]) == TEAM_UNKNOWN


def test_a_team_knows_its_weekdays() -> None:
    pattern = (1.4, 1.1, 1.0, 0.9, 0.6)
    random = Random(1)
    reps = [random_days([mean * factor for _ in range(40) for factor in pattern], 6, random) for mean in (10, 20, 40, 20)]

    factors = usual_of_team(reps).weekday_factors

    assert factors[:5] == pytest.approx(pattern, abs=0.08)
    assert factors[5:] == (1.0, 1.0)


@pytest.mark.parametrize(("mean", "size"), [(40, 6), (15, 6), (2, 3)])
def test_a_team_knows_its_rate_and_its_dispersion(mean: float, size: float) -> None:
    random = Random(2)
    reps = [random_days([mean * factor] * 120, size, random) for factor in (0.6, 0.8, 1.0, 1.2, 1.4)]

    team = usual_of_team(reps)

    assert team.rate == pytest.approx(mean, rel=0.06)
    assert team.dispersion == pytest.approx(1 / size, abs=0.09)
    assert team.spread == pytest.approx(0.316, abs=0.08)


def test_part_days_count_as_the_part_that_was_worked() -> None:
    whole = steady(20, 25)
    halves = [WorkedDay(weekday=day.weekday, count=10, exposure=0.5) for day in steady(20, 25)]

    assert usual_of(whole + halves, TEAM).rate == pytest.approx(usual_of(whole, TEAM).rate)


@pytest.mark.parametrize(("days", "low", "high"), [(1, 20, 32), (5, 30, 37), (60, 39, 40)])
def test_a_rep_is_drawn_to_the_team_the_less_is_known_of_them(days: int, low: float, high: float) -> None:
    assert low < usual_of(counted(*[40] * days), TEAM).rate < high


def test_a_rep_who_has_done_nothing_is_low_but_not_at_zero() -> None:
    assert 0 < usual_of(counted(*[0] * 20), TEAM).rate < 5
    assert usual_of(counted(*[0] * 20), TEAM_UNKNOWN).rate == 0


def test_who_is_unlike_the_team_keeps_a_dispersion_of_their_own() -> None:
    """Mostly empty days and sometimes a full one are as usual for somebody as even ones for the rest."""
    bursts, even = counted(*[0, 0, 0, 0, 20] * 8), steady(20, 40)

    assert usual_of(bursts, TEAM).dispersion > 2.5
    assert TEAM.dispersion / 2 < usual_of(even, TEAM).dispersion < TEAM.dispersion
