"""Comeback, and its near misses."""

from datetime import timedelta

import pytest

from services.nudges.rules.comeback import comeback
from shared.events import Presence
from tests.services.nudges.reports import MONDAY, report, situation, worked_days


@pytest.mark.parametrize(
    ("scores_before", "is_called"),
    [((100, 60, 60), True), ((0, 0, 0, 0), True), ((100, 60), False), ((60, 60, 100), False), ((), False), ((60, 99.99), True)],
)
def test_it_follows_two_or_more_missed_days(scores_before: tuple[float, ...], is_called: bool) -> None:
    called = comeback(situation(report(score=100, state="open"), *worked_days(*scores_before)))

    assert (called is not None) is is_called


def test_leave_between_missed_days_neither_helps_nor_hurts() -> None:
    missed = worked_days(60, until=MONDAY - timedelta(days=10)) + worked_days(60, until=MONDAY - timedelta(days=3))
    leave = [report(MONDAY - timedelta(days=back), presence=Presence.ABSENT, score=None) for back in (3, 4)]

    assert comeback(situation(report(score=100), *missed, *leave)) is not None


def test_missed_days_of_long_ago_do_not_count() -> None:
    assert comeback(situation(report(score=100), *worked_days(60, 60, 60, until=MONDAY - timedelta(weeks=7)))) is None
