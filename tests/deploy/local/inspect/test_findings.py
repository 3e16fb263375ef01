"""How the doctor writes ages and times."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.inspect.findings import describe_age, describe_moment, describe_span


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=-5), "0 seconds"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(minutes=2), "2 minutes"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_span_is_written_in_the_largest_unit_of_which_there_are_two(span: timedelta, text: str) -> None:
    assert describe_span(span) == text


def test_an_age_counts_from_now_and_a_time_names_its_zone() -> None:
    moment = datetime(2026, 3, 2, 8, tzinfo=UTC)

    assert describe_age(moment, now=moment + timedelta(minutes=5)) == "5 minutes ago"
    assert describe_moment(moment) == "2026-03-02 08:00 UTC"
