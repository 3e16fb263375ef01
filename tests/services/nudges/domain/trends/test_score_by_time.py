"""What is usual of a rep by this time of the day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.trends.score_by_time import ScoreBand, find_band, quarter_hour_of
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at

TEN = 40
"""The quarter of an hour that begins at 10:00."""


@pytest.mark.parametrize(
    ("day", "local", "quarter_hour"),
    [
        (MONDAY, "00:00", 0),
        (MONDAY, "10:14", 40),
        (MONDAY, "10:15", 41),
        (MONDAY, "23:59", 95),
        (TUESDAY, "23:59", 0),
        (MONDAY - timedelta(days=1), "00:00", None),
    ],
    ids=["midnight", "last minute", "first minute", "the last quarter", "before the day", "after the day"],
)
def test_a_report_arrives_in_a_quarter_of_an_hour_of_its_day(day: date, local: str, quarter_hour: int | None) -> None:
    """At a time of Monday in Madrid."""
    assert quarter_hour_of(at(MONDAY, local), day, "Europe/Madrid") == quarter_hour


def test_the_band_is_the_middle_half_of_what_was_known_when_the_quarter_began() -> None:
    days = [{0: Decimal(0), TEN - 1: Decimal(score), TEN: Decimal(999)} for score in (10, 20, 30, 40, 50)]

    assert find_band(days, TEN) == ScoreBand(low=Decimal(20), high=Decimal(40), tenth=Decimal(14))
    assert find_band(days, TEN - 1) == ScoreBand(low=Decimal(0), high=Decimal(0), tenth=Decimal(0))


def test_only_the_last_twenty_worked_days_count() -> None:
    days = [{0: Decimal(60)}] * 20 + [{0: Decimal(0)}] * 20

    assert find_band(days, TEN) == ScoreBand(low=Decimal(60), high=Decimal(60), tenth=Decimal(60))


def test_a_band_needs_five_days_of_which_something_was_known_by_then() -> None:
    four, late = [{0: Decimal(60)}] * 4, {TEN: Decimal(60)}

    assert find_band([*four, late, {}], TEN) is None
    assert find_band([*four, late, {}], TEN + 1) is not None
