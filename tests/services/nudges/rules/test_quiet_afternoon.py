"""Quiet afternoon, and its near misses."""

from datetime import timedelta

import pytest

from services.nudges.rules.quiet_afternoon import quiet_afternoon
from shared.events import DayReport, Presence
from tests.services.nudges.reports import MONDAY, at, report, situation, worked_days

ONE_O_CLOCK = at(MONDAY, "13:00")
EARLY_WEEK = worked_days(60, 60, 60, 60, 60)


def _quiet(**changes: object) -> DayReport:
    return report(score=0, count=0, state="open", **changes)  # type: ignore[arg-type]


def test_it_is_called_for_past_the_middle_of_the_day() -> None:
    called = quiet_afternoon(situation(_quiet(), *EARLY_WEEK, now=ONE_O_CLOCK))

    assert called is not None
    assert "on 5 of the last 5 worked days" in called.reason
    assert quiet_afternoon(situation(_quiet(), *EARLY_WEEK, now=ONE_O_CLOCK - timedelta(seconds=1))) is None


@pytest.mark.parametrize(
    "near_miss",
    [
        report(score=5, count=1, state="open"),
        _quiet(silent=True),
        report(score=0, count=0, state="closed"),
        report(score=None, count=0, state="open", presence=Presence.ABSENT),
    ],
)
def test_it_is_not_called_for_when(near_miss: DayReport) -> None:
    assert quiet_afternoon(situation(near_miss, *EARLY_WEEK)) is None


def test_it_is_only_unusual_for_who_usually_has_something_by_then() -> None:
    late = [report(MONDAY - timedelta(days=back), first="13:00") for back in (3, 4, 5)]
    early = [report(MONDAY - timedelta(days=back), first="12:59") for back in (6, 7, 10)]

    assert quiet_afternoon(situation(_quiet(), *worked_days(60, 60, 60, 60))) is None
    assert quiet_afternoon(situation(_quiet(), *late, *early)) is None
    assert quiet_afternoon(situation(_quiet(), *late[:2], *early)) is not None
