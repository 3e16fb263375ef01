"""The budget of questions about silent reps, checked on a team's own history."""

import pytest

from services.nudges.domain.silence.calibration import calibrate_silence, count_judged_days
from services.nudges.domain.silence.evidence import PresentDay, SilenceBudget
from tests.services.nudges.domain.silence.weeks import present

BUDGET = SilenceBudget()
DAILY = "#" * 100


def test_a_team_whose_history_has_no_unusual_run_keeps_its_limits() -> None:
    calibration = calibrate_silence([present(DAILY) for _ in range(3)], BUDGET)

    assert calibration is not None
    assert (calibration.strictness, calibration.alerts_before, calibration.alerts_after) == (0.0, 0.0, 0.0)
    assert calibration.judged_days == 3 * 90


def _team_that_enters_nothing(reps: int) -> list[list[PresentDay]]:
    """Each rep is away for a week twice, in weeks of their own, and the days stay working days."""
    return [present("#" * (20 + 5 * number) + "." * 5 + "#" * 40 + "." * 5 + "#" * (60 - 5 * number)) for number in range(reps)]


def test_absences_that_nobody_entered_make_the_limits_stricter() -> None:
    calibration = calibrate_silence(_team_that_enters_nothing(6), BUDGET)

    assert calibration is not None
    assert calibration.strictness == pytest.approx(3 * 720 / (720 + 2_000), abs=0.05)  # the most that there is, shrunk
    assert calibration.alerts_before > 5
    assert calibration.alerts_after <= calibration.alerts_before


def test_a_longer_history_corrects_more() -> None:
    short, long = (calibrate_silence(_team_that_enters_nothing(reps), BUDGET) for reps in (4, 12))

    assert short is not None
    assert long is not None
    assert long.strictness > 1.5 * short.strictness


def test_a_run_counts_once_however_long_it_lasts() -> None:
    one_run = calibrate_silence([present("#" * 60 + "." * 40), *[present(DAILY)] * 3], BUDGET)

    assert one_run is not None
    assert one_run.alerts_before == pytest.approx(1 * 500 / one_run.judged_days)


def test_a_team_is_not_calibrated_before_it_has_250_judged_days() -> None:
    assert calibrate_silence([], BUDGET) is None
    assert calibrate_silence([present("#" * 259)], BUDGET) is None
    assert calibrate_silence([present("#" * 260)], BUDGET) is not None


def test_days_are_judged_after_ten_active_ones() -> None:
    assert count_judged_days(present("#" * 10)) == 0
    assert count_judged_days(present("#." * 10 + "..")) == 3
    assert count_judged_days([]) == 0
