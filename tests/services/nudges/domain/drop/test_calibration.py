"""The error budget, checked on a team's own history."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from services.nudges.domain.drop.calibration import JUDGED_DAYS_MIN, calibrate, judged_days_of, next_calibration
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import find_alerts
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import estimate_team_baseline
from tests.services.nudges.domain.drop.weeks import counted, random_days, steady

BUDGET = ErrorBudget()
NO_DAY = WorkedDay(weekday=0, count=0)


def _erratic_rep(days: int, random: Random) -> list[WorkedDay]:
    """One active day in eight brings next to nothing: no negative binomial does that."""
    return [
        WorkedDay(weekday=day.weekday, count=1 if random.random() < 0.125 else max(1, day.count))
        for day in random_days([20.0] * days, 50, random)
    ]


def _erratic_team() -> list[list[WorkedDay]]:
    random = Random(8)
    return [_erratic_rep(60, random) for _ in range(8)]


def test_a_history_that_is_not_negative_binomial_keeps_the_budget_after_calibration() -> None:
    reps = _erratic_team()

    calibration = calibrate(reps, BUDGET, rounds=30, random=Random(1))

    assert calibration is not None
    assert calibration.alerts_after <= 0.8 < calibration.alerts_before
    assert calibration.strictness > 0
    assert calibration.judged_days == 8 * (60 - 12)
    assert calibration.rounds == 30
    random, team = Random(2), estimate_team_baseline(reps)
    other_orders = [
        (random.sample(days, len(days)), strictness)
        for _ in range(30)
        for days, strictness in zip(reps, calibration.rep_strictness, strict=True)
    ]
    alerts = sum(
        1
        for days, strictness in other_orders
        for _ in find_alerts(days, team, ErrorBudget(strictness=strictness), active_share=1.0)
    )
    assert alerts * BUDGET.days / calibration.judged_days / 30 == pytest.approx(0.8, abs=0.3)


def test_the_limits_of_a_calm_team_become_laxer() -> None:
    calibration = calibrate([steady(40, 90) for _ in range(4)], BUDGET, rounds=3, random=Random(1))

    assert calibration is not None
    assert calibration.alerts_before == 0
    assert -1.5 <= calibration.strictness < 0


def test_the_same_seed_gives_the_same_limits() -> None:
    reps = [steady(40, 80) + counted(*[1] * 3) for _ in range(4)]

    first, second = (calibrate(reps, BUDGET, rounds=3, random=Random(5)) for _ in range(2))

    assert first is not None
    assert first == second


def test_an_earlier_calibration_does_not_matter() -> None:
    reps = _erratic_team()

    calibration = calibrate(reps, BUDGET, rounds=2, random=Random(1))

    assert calibration == calibrate(reps, ErrorBudget(strictness=1.0), rounds=2, random=Random(1))


def test_a_team_is_not_calibrated_before_it_has_250_judged_days() -> None:
    assert JUDGED_DAYS_MIN == 250
    assert calibrate([], BUDGET, rounds=3, random=Random(1)) is None
    assert calibrate([steady(40, 261)], BUDGET, rounds=3, random=Random(1)) is None
    assert calibrate([steady(40, 262)], BUDGET, rounds=3, random=Random(1)) is not None


def test_working_days_are_judged_from_the_thirteenth_active_day_on() -> None:
    every_second_day = [day for active in steady(40, 40) for day in (active, NO_DAY)]

    assert judged_days_of(steady(40, 12)) == 0
    assert judged_days_of(steady(40, 13)) == 1
    assert judged_days_of(every_second_day) == 2 * (40 - 12)
    assert judged_days_of([NO_DAY] * 300) == 0
    assert judged_days_of([]) == 0


def test_days_without_activity_make_the_budget_larger_but_are_no_counts() -> None:
    random = Random(3)
    active = [random_days([20.0] * 60, 3, random) for _ in range(6)]
    with_gaps = [[day for of_rep in days for day in (of_rep, NO_DAY)] for days in active]

    dense, sparse = (calibrate(reps, BUDGET, rounds=60, random=Random(1)) for reps in (active, with_gaps))

    assert dense is not None
    assert sparse is not None
    assert sparse.judged_days == 2 * dense.judged_days
    assert sparse.strictness == pytest.approx(dense.strictness, abs=0.25)


def test_a_rep_who_is_unlike_the_team_gets_their_own_limit() -> None:
    random = Random(3)
    calm_reps = [random_days([20.0] * 60, 50, random) for _ in range(6)]

    calibration = calibrate([_erratic_rep(60, random), *calm_reps], BUDGET, rounds=60, random=Random(1))

    assert calibration is not None
    erratic, *calm = calibration.rep_strictness
    assert erratic > max(calm) + 0.1
    assert erratic > calibration.strictness > sum(calm) / len(calm)
    assert calibration.alerts_after <= 0.8


def test_a_rep_with_few_days_has_nearly_the_limit_of_the_team() -> None:
    random = Random(3)
    calm_reps = [random_days([20.0] * 60, 50, random) for _ in range(6)]
    known_rep, new_rep = _erratic_rep(60, random), _erratic_rep(17, random)

    with_known = calibrate([known_rep, *calm_reps], BUDGET, rounds=60, random=Random(1))
    with_new = calibrate([new_rep, *calm_reps], BUDGET, rounds=60, random=Random(1))

    assert with_known is not None
    assert with_new is not None
    assert with_known.rep_strictness[0] > with_known.strictness + 0.2
    weight = 5 / (5 + 20)  # five of the new rep's days were assessed; limits range from -1.5 to 3
    assert abs(with_new.rep_strictness[0] - with_new.strictness) < weight * 4.5


def test_a_rep_who_cannot_be_assessed_yet_has_the_limit_of_the_team() -> None:
    calibration = calibrate([*[steady(40, 80)] * 4, steady(40, 5)], BUDGET, rounds=3, random=Random(1))

    assert calibration is not None
    assert calibration.rep_strictness[-1] == pytest.approx(calibration.strictness, abs=0.1)


@pytest.mark.parametrize(
    ("timezone", "now", "due_at"),
    [
        ("Europe/Madrid", "2026-03-04T12:00+00:00", "2026-03-08T04:00+01:00"),
        ("Europe/Madrid", "2026-03-08T02:59+00:00", "2026-03-08T04:00+01:00"),
        ("Europe/Madrid", "2026-03-08T03:00+00:00", "2026-03-15T04:00+01:00"),
        ("Europe/Madrid", "2026-03-22T03:00+00:00", "2026-03-29T04:00+02:00"),  # the clocks were put forward an hour before
        ("America/New_York", "2026-03-09T03:30+00:00", "2026-03-15T04:00-04:00"),  # still Sunday there
        ("Pacific/Auckland", "2026-03-07T14:30+00:00", "2026-03-08T04:00+13:00"),  # Sunday already
    ],
)
def test_a_team_is_calibrated_on_sundays_at_four_in_its_own_time_zone(timezone: str, now: str, due_at: str) -> None:
    due = next_calibration(timezone, now=datetime.fromisoformat(now))

    assert due == datetime.fromisoformat(due_at)
    assert due.tzinfo == ZoneInfo(timezone)


def test_activity_that_comes_in_stretches_keeps_the_budget() -> None:
    """Each rep does well for ten days, then badly for ten. Single days in random order would not show it."""
    random = Random(4)
    stretches = [
        random_days([30.0 if (day + 3 * number) // 10 % 2 else 8.0 for day in range(80)], 50, random) for number in range(8)
    ]

    calibration = calibrate(stretches, BUDGET, rounds=30, random=Random(1))

    assert calibration is not None
    team = estimate_team_baseline(stretches)
    alerts = sum(
        1
        for days, strictness in zip(stretches, calibration.rep_strictness, strict=True)
        for _ in find_alerts(days, team, ErrorBudget(strictness=strictness), active_share=1.0)
    )
    uncalibrated = sum(1 for days in stretches for _ in find_alerts(days, team, BUDGET, active_share=1.0))
    assert uncalibrated > 8
    assert alerts <= 2
