"""The budget re-checked on a team's own history."""

from random import Random

import pytest

from services.nudges.domain.drop.budget import ErrorBudget
from services.nudges.domain.drop.calibration import calibrate
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.usual import usual_of_team
from services.nudges.domain.drop.watch import drops
from tests.services.nudges.domain.drop.weeks import counted, random_days, steady

BUDGET = ErrorBudget()


def _wild_team() -> list[list[WorkedDay]]:
    """One day in eight nothing counts: no negative binomial does that."""
    random = Random(8)
    reps = [random_days([20.0] * 60, 50, random) for _ in range(8)]
    return [
        [WorkedDay(weekday=day.weekday, count=0 if random.random() < 0.125 else day.count) for day in days] for days in reps
    ]


def test_on_a_history_that_is_no_negative_binomial_the_budget_is_kept_all_the_same() -> None:
    reps = _wild_team()

    found = calibrate(reps, BUDGET, rounds=6, random=Random(1))

    assert found is not None
    assert found.alerts_before > 1.3
    assert found.budget.strictness > 0
    assert found.alerts_after <= 1
    assert found.days == 8 * (60 - 14) * found.rounds
    random, team = Random(2), usual_of_team(reps)
    others = [random.sample(days, len(days)) for _ in range(6) for days in reps]
    alerts = sum(1 for days in others for _ in drops(days, team, found.budget))
    assert alerts * BUDGET.days / found.days == pytest.approx(1, abs=0.35)


def test_a_calm_team_may_be_watched_more_closely() -> None:
    found = calibrate([steady(40, 60) for _ in range(4)], BUDGET, rounds=3, random=Random(1))

    assert found is not None
    assert found.alerts_before == 0
    assert found.budget.strictness < 0


def test_the_same_seed_gives_the_same_limit_and_a_drop_in_the_history_is_put_into_disorder() -> None:
    dropped = [steady(40, 40) + counted(*[0] * 3) for _ in range(4)]

    first, again = (calibrate(dropped, BUDGET, rounds=3, random=Random(5)) for _ in range(2))

    assert first == again


def test_what_was_calibrated_before_does_not_matter() -> None:
    reps = _wild_team()

    plain = calibrate(reps, BUDGET, rounds=2, random=Random(1))

    assert plain == calibrate(reps, ErrorBudget(strictness=1.0), rounds=2, random=Random(1))


def test_nothing_comes_of_too_little_history() -> None:
    assert calibrate([], BUDGET, rounds=3, random=Random(1)) is None
    assert calibrate([steady(40, 14)], BUDGET, rounds=3, random=Random(1)) is None
