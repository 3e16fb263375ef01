"""The days that wait to be scored again, as they are found, locked and stored."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest

from services.scoring.days.days import claim_days, insert_days
from services.scoring.definitions.pending_rescores import RepSpan
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import Tally
from services.scoring.rescore.days_to_rescore import (
    PastDay,
    Result,
    find_first_day,
    lock_days,
    lock_past_days,
    update_past_days,
)
from shared.events import BehaviourKey, GoalKey, RepId
from shared.postgres.pool import Connection
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring
from tests.services.scoring.domain.builders import rep_id_of

CY = rep_id_of("cy")
SUNDAY, TUESDAY, WEDNESDAY = (MONDAY + timedelta(days=days) for days in (-1, 1, 2))
NOTHING = Result(tally=Tally(counts={}, first_counted_at=None, goals={}), score=None)
ONE_CALL = Result(
    tally=Tally(counts={BehaviourKey("calls"): 1}, first_counted_at=None, goals={GoalKey("month"): 2}), score=Decimal("30.00")
)


@pytest.fixture
async def connection(scoring: Scoring) -> AsyncIterator[Connection]:
    """To a database with four days of each of three reps, in a transaction."""
    days = [SUNDAY, MONDAY, TUESDAY, WEDNESDAY]
    await scoring.ignore_indexes()
    async with scoring.pool.acquire() as acquired:
        await acquired.execute("TRUNCATE rep_day")
        for rep_id in (CY, BEN, ANA):
            for day in reversed(days):
                await insert_days(acquired, [(RepDay(rep_id, day), "closed")])
        async with acquired.transaction():
            yield acquired


def _span(rep_id: RepId, first: date, last: date) -> RepSpan:
    return RepSpan(rep_id=rep_id, first=first, last=last)


async def _locked(connection: Connection, spans: Sequence[RepSpan], *, first: date, before: date) -> list[RepDay]:
    """What both queries lock, which is the same."""
    days = [day.rep_day for day in await lock_days(connection, spans, first=first, before=before)]
    assert await lock_past_days(connection, spans, first=first, before=before) == days
    return days


async def test_the_earliest_stored_day_of_all_spans_is_found(connection: Connection) -> None:
    await connection.execute("DELETE FROM rep_day WHERE rep_id = 'ana' AND day = $1", MONDAY)

    assert await find_first_day(connection, [_span(ANA, MONDAY, WEDNESDAY)]) == TUESDAY
    assert await find_first_day(connection, [_span(ANA, WEDNESDAY, WEDNESDAY), _span(BEN, MONDAY, TUESDAY)]) == MONDAY
    assert await find_first_day(connection, [_span(ANA, MONDAY, MONDAY)]) is None


async def test_days_of_the_spans_are_locked_in_order_from_one_day_to_before_another(connection: Connection) -> None:
    spans = [_span(BEN, SUNDAY, WEDNESDAY), _span(ANA, SUNDAY, WEDNESDAY)]

    assert await _locked(connection, spans, first=MONDAY, before=WEDNESDAY) == [
        RepDay(ANA, MONDAY),
        RepDay(ANA, TUESDAY),
        RepDay(BEN, MONDAY),
        RepDay(BEN, TUESDAY),
    ]


async def test_days_outside_of_the_spans_are_not_locked(connection: Connection) -> None:
    days = await _locked(connection, [_span(ANA, MONDAY, TUESDAY)], first=SUNDAY, before=WEDNESDAY + timedelta(days=1))

    assert days == [RepDay(ANA, MONDAY), RepDay(ANA, TUESDAY)]


LockDays = Callable[[Connection, Sequence[RepSpan]], Awaitable[object]]


@pytest.mark.parametrize(
    "lock",
    [
        lambda connection, spans: lock_days(connection, spans, first=MONDAY, before=TUESDAY),
        lambda connection, spans: lock_past_days(connection, spans, first=MONDAY, before=TUESDAY),
    ],
    ids=["days", "past days"],
)
async def test_days_stay_locked_until_the_transaction_ends(scoring: Scoring, connection: Connection, lock: LockDays) -> None:
    await lock(connection, [_span(ANA, MONDAY, MONDAY)])

    with pytest.raises(asyncpg.LockNotAvailableError):
        await scoring.pool.fetch("SELECT FROM rep_day WHERE rep_id = 'ana' AND day = $1 FOR UPDATE NOWAIT", MONDAY)


async def test_days_with_equal_results_share_one(connection: Connection) -> None:
    days = [(ANA, MONDAY, 1), (BEN, MONDAY, 0), (BEN, TUESDAY, 1)]
    past = [
        PastDay(rep_day=RepDay(rep_id, day), first_counted_at=MONDAY_NOON if number else None, result_number=number)
        for rep_id, day, number in days
    ]

    await update_past_days(connection, past, [NOTHING, ONE_CALL])

    stored = await claim_days(
        connection, [(RepDay(rep_id, day), "closed") for rep_id in (ANA, BEN) for day in (MONDAY, TUESDAY)]
    )
    assert [(day.tally.counts, day.tally.goals, day.score, day.tally.first_counted_at) for day in stored] == [
        ({"calls": 1}, {"month": 2}, Decimal("30.00"), MONDAY_NOON),
        ({}, {}, None, None),
        ({}, {}, None, None),
        ({"calls": 1}, {"month": 2}, Decimal("30.00"), MONDAY_NOON),
    ]


async def test_a_day_whose_result_is_the_same_is_not_written(connection: Connection) -> None:
    same = [PastDay(rep_day=RepDay(ANA, MONDAY), first_counted_at=None, result_number=0)]
    version = "SELECT ctid::text FROM rep_day WHERE rep_id = 'ana' AND day = $1"
    before = await connection.fetchval(version, MONDAY)

    await update_past_days(connection, same, [NOTHING])
    assert await connection.fetchval(version, MONDAY) == before

    await update_past_days(connection, same, [ONE_CALL])
    assert await connection.fetchval(version, MONDAY) != before
