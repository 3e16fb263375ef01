"""How far the days of each rep have been opened."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.scoring.days.days import insert_days
from services.scoring.days.last_opened_days import (
    OpenedDays,
    claim_last_opened_days,
    list_opened_days,
    update_last_opened_days,
)
from services.scoring.domain.activities.assignment import RepDay
from shared.postgres.pool import Connection
from tests.services.scoring.conftest import ANA, BEN, MONDAY, Scoring

SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)


@pytest.fixture
async def connection(scoring: Scoring) -> AsyncIterator[Connection]:
    """To a database without days."""
    async with scoring.pool.acquire() as acquired:
        await acquired.execute("TRUNCATE rep_day, last_opened_day")
        yield acquired


async def test_a_new_rep_starts_on_the_given_day_and_another_stays_where_they_are(connection: Connection) -> None:
    await claim_last_opened_days(connection, {ANA: SUNDAY})

    assert await claim_last_opened_days(connection, {BEN: MONDAY, ANA: TUESDAY}) == {ANA: SUNDAY, BEN: MONDAY}


async def test_the_days_of_these_reps_are_updated(connection: Connection) -> None:
    await claim_last_opened_days(connection, {ANA: SUNDAY, BEN: SUNDAY})

    await update_last_opened_days(connection, {ANA: TUESDAY})

    assert {rep_id: opened.latest for rep_id, opened in (await list_opened_days(connection)).items()} == {
        ANA: TUESDAY,
        BEN: SUNDAY,
    }


async def test_the_oldest_day_that_is_open_is_known_for_each_rep(connection: Connection) -> None:
    await claim_last_opened_days(connection, {ANA: TUESDAY, BEN: TUESDAY})
    await insert_days(connection, [(RepDay(ANA, day), "open") for day in (MONDAY, TUESDAY)])
    await insert_days(connection, [(RepDay(ANA, SUNDAY), "closed"), (RepDay(BEN, SUNDAY), "future")])

    assert await list_opened_days(connection) == {
        ANA: OpenedDays(latest=TUESDAY, oldest_open=MONDAY),
        BEN: OpenedDays(latest=TUESDAY, oldest_open=None),
    }
