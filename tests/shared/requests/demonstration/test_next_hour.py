"""What the demonstration replies."""

from datetime import UTC, datetime

from shared.requests.demonstration.next_hour import ReachedTime


def test_the_time_that_was_reached_keeps_its_zone_on_the_way() -> None:
    reached = ReachedTime(now=datetime(2026, 3, 18, 11, 30, tzinfo=UTC))

    assert ReachedTime.model_validate_json(reached.model_dump_json()) == reached
