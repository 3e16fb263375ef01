"""A day as it is stored for the first time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.scoring.domain.day import initial_state
from tests.services.scoring.domain.builders import rep

MONDAY = date(2026, 3, 2)
MADRID_MIDNIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (MADRID_MIDNIGHT - timedelta(days=2), "future"),
        (MADRID_MIDNIGHT - timedelta(seconds=1), "future"),
        (MADRID_MIDNIGHT, "closed"),
    ],
)
def test_a_day_is_closed_once_it_is_over_and_waits_to_be_opened_before(now: datetime, state: str) -> None:
    assert initial_state(rep(), MONDAY, now=now) == state
