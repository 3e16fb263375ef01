"""The budget re-checked on a team's own history."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from services.nudges.domain.drop.calibration import calibrate, next_calibration
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import drops
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import usual_of_team
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
    assert found.strictness > 0
    assert found.alerts_after <= 1
    assert found.days == 8 * (60 - 14) * found.rounds
    random, team = Random(2), usual_of_team(reps)
    others = [
        (random.sample(days, len(days)), limit) for _ in range(6) for days, limit in zip(reps, found.of_reps, strict=True)
    ]
    alerts = sum(1 for days, limit in others for _ in drops(days, team, ErrorBudget(strictness=limit)))
    assert alerts * BUDGET.days / found.days == pytest.approx(1, abs=0.35)


def test_a_calm_team_may_be_watched_more_closely() -> None:
    found = calibrate([steady(40, 60) for _ in range(4)], BUDGET, rounds=3, random=Random(1))

    assert found is not None
    assert found.alerts_before == 0
    assert found.strictness < 0


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


def _often_nothing(days: int, random: Random) -> list[WorkedDay]:
    return [
        WorkedDay(weekday=day.weekday, count=0 if random.random() < 0.2 else day.count)
        for day in random_days([20.0] * days, 50, random)
    ]


def test_a_rep_unlike_the_team_has_a_limit_of_their_own() -> None:
    random = Random(3)
    calm = [random_days([20.0] * 60, 50, random) for _ in range(5)]

    found = calibrate([_often_nothing(60, random), *calm], BUDGET, rounds=40, random=Random(1))

    assert found is not None
    wild, *others = found.of_reps
    assert wild > max(others) + 0.1
    assert wild > found.strictness > sum(others) / len(others)
    assert found.alerts_after <= 1


def test_with_few_days_of_their_own_a_rep_is_watched_as_the_team_is() -> None:
    random = Random(3)
    calm = [random_days([20.0] * 60, 50, random) for _ in range(5)]
    known, new = _often_nothing(60, random), _often_nothing(17, random)

    of_known = calibrate([known, *calm], BUDGET, rounds=40, random=Random(1))
    of_new = calibrate([new, *calm], BUDGET, rounds=40, random=Random(1))

    assert of_known is not None
    assert of_new is not None
    of_the_new, of_the_known = of_new.of_reps[0] - of_new.strictness, of_known.of_reps[0] - of_known.strictness
    assert 0 < of_the_new < of_the_known / 2


def test_whom_nothing_is_known_of_has_the_limit_of_the_others() -> None:
    found = calibrate([steady(40, 60), steady(40, 60), steady(40, 5)], BUDGET, rounds=3, random=Random(1))

    assert found is not None
    assert found.of_reps[2] == pytest.approx(found.strictness, abs=0.1)


@pytest.mark.parametrize(
    ("zone", "now", "due_at"),
    [
        ("Europe/Madrid", "2026-03-04T12:00+00:00", "2026-03-08T04:00+01:00"),
        ("Europe/Madrid", "2026-03-08T02:59+00:00", "2026-03-08T04:00+01:00"),
        ("Europe/Madrid", "2026-03-08T03:00+00:00", "2026-03-15T04:00+01:00"),
        ("Europe/Madrid", "2026-03-22T03:00+00:00", "2026-03-29T04:00+02:00"),  # the clocks were put forward an hour before
        ("America/New_York", "2026-03-09T03:30+00:00", "2026-03-15T04:00-04:00"),  # still Sunday there
        ("Pacific/Auckland", "2026-03-07T14:30+00:00", "2026-03-08T04:00+13:00"),  # Sunday already
    ],
)
def test_a_team_is_checked_anew_on_sundays_at_four_by_its_own_clock(zone: str, now: str, due_at: str) -> None:
    due = next_calibration(zone, now=datetime.fromisoformat(now))

    assert due == datetime.fromisoformat(due_at)
    assert due.tzinfo == ZoneInfo(zone)
