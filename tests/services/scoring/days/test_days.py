"""Days as they are stored."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest

from services.scoring.days.days import (
    claim_days,
    insert_days,
    list_all_days,
    list_open_days,
    list_scores,
    update_days,
    update_reported_days,
)
from services.scoring.definitions.pending_rescores import request_rescore
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import Day, DayState, Tally
from shared.events import AnnouncementDelivered, BehaviourKey, GoalKey, RepId, VersionNumber
from shared.postgres.outbox import EventLeases, OutboxEvent
from shared.postgres.pool import Connection
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring

TUESDAY = MONDAY + timedelta(days=1)
ANAS_MONDAY, ANAS_TUESDAY, BENS_MONDAY = RepDay(ANA, MONDAY), RepDay(ANA, TUESDAY), RepDay(BEN, MONDAY)


async def _insert(connection: Connection, *rep_days: RepDay, state: DayState = "future") -> None:
    for rep_day in rep_days:
        await insert_days(connection, [(rep_day, state)])


async def _all_days(connection: Connection) -> list[Day]:
    async with connection.transaction():
        return [day async for days in list_all_days(connection) for day in days]


def _scored(rep_id: RepId, day: date) -> Day:
    tally = Tally(counts={BehaviourKey("calls"): 3}, first_counted_at=MONDAY_NOON, goals={GoalKey("deals"): 1})
    return Day(rep_id=rep_id, day=day, state="open", tally=tally, score=Decimal("62.50"), revision=4)


async def test_missing_days_are_stored_and_all_are_claimed_in_order_and_no_others(connection: Connection) -> None:
    await _insert(connection, ANAS_TUESDAY, RepDay(BEN, TUESDAY), state="closed")

    claimed = await claim_days(connection, [(day, "open") for day in (BENS_MONDAY, ANAS_TUESDAY, ANAS_MONDAY)])

    assert [(day.rep_day, day.state) for day in claimed] == [
        (ANAS_MONDAY, "open"),
        (ANAS_TUESDAY, "closed"),
        (BENS_MONDAY, "open"),
    ]


async def test_days_of_reps_whose_activities_wait_to_be_reassigned_are_left_out_if_asked(connection: Connection) -> None:
    for rep_id, needs_reassignment in ((ANA, True), (BEN, False)):
        await request_rescore(
            connection, [rep_id], first=MONDAY, last=MONDAY, needs_reassignment=needs_reassignment, now=MONDAY_NOON
        )
    states: list[tuple[RepDay, DayState]] = [(ANAS_MONDAY, "open"), (BENS_MONDAY, "open")]

    assert [day.rep_day for day in await claim_days(connection, states, only_assigned=True)] == [BENS_MONDAY]
    assert [day.rep_day for day in await claim_days(connection, states)] == [ANAS_MONDAY, BENS_MONDAY]


async def test_a_day_that_another_transaction_has_just_stored_is_claimed_as_it_is(
    scoring: Scoring, connection: Connection
) -> None:
    async with scoring.pool.acquire() as other:
        storing = other.transaction()
        await storing.start()
        await insert_days(other, [(ANAS_MONDAY, "closed")])
        claiming = asyncio.create_task(claim_days(connection, [(ANAS_MONDAY, "open"), (BENS_MONDAY, "open")]))
        while not await other.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            pass
        await storing.commit()
        claimed = await claiming

    assert [(day.rep_day, day.state) for day in claimed] == [(ANAS_MONDAY, "closed"), (BENS_MONDAY, "open")]


async def test_claimed_days_are_locked_until_the_transaction_ends(scoring: Scoring, connection: Connection) -> None:
    await _insert(connection, ANAS_MONDAY)

    async with connection.transaction():
        await claim_days(connection, [(ANAS_MONDAY, "open")])
        with pytest.raises(asyncpg.LockNotAvailableError):
            await scoring.pool.fetch("SELECT FROM rep_day FOR UPDATE NOWAIT")


async def test_a_day_is_updated_and_no_other(connection: Connection) -> None:
    await _insert(connection, ANAS_MONDAY, ANAS_TUESDAY, BENS_MONDAY)

    await update_days(connection, [_scored(ANA, MONDAY)])

    stored = {day.rep_day: day for day in await _all_days(connection)}
    assert stored[ANAS_MONDAY] == _scored(ANA, MONDAY)
    assert [stored[day].revision for day in (ANAS_TUESDAY, BENS_MONDAY)] == [0, 0]
    assert await list_scores(connection, [ANAS_MONDAY, BENS_MONDAY, RepDay(BEN, TUESDAY)]) == {
        ANAS_MONDAY: Decimal("62.50"),
        BENS_MONDAY: None,
    }


async def test_days_are_updated_and_their_reports_leased_in_order_in_one_statement(connection: Connection) -> None:
    await _insert(connection, ANAS_MONDAY, ANAS_TUESDAY, BENS_MONDAY)
    leases = EventLeases()
    report = AnnouncementDelivered(rep_id=ANA, version=VersionNumber(1), delivered_at=MONDAY_NOON)
    events = [
        OutboxEvent(event_id=event_id, event_type="test", subject="ana", body=report, traceparent="", at=MONDAY_NOON)
        for event_id in ("e2", "e1")
    ]

    await update_reported_days(connection, [_scored(ANA, MONDAY)], events, leases)
    await update_reported_days(connection, [], [], leases)

    stored = {day.rep_day: day for day in await _all_days(connection)}
    assert stored[ANAS_MONDAY] == _scored(ANA, MONDAY)
    assert [stored[day].revision for day in (ANAS_TUESDAY, BENS_MONDAY)] == [0, 0]
    rows = await connection.fetch("SELECT id, event_id, lease_until > clock_timestamp() FROM outbox ORDER BY id")
    assert [tuple(row) for row in rows] == [(event.row_id, event.stored.event_id, True) for event in leases.events]
    assert [event.stored.event_id for event in leases.events] == ["e2", "e1"]


async def test_the_open_days_of_some_reps_are_listed_in_order(connection: Connection) -> None:
    await _insert(connection, BENS_MONDAY, ANAS_TUESDAY, ANAS_MONDAY, state="open")
    await _insert(connection, RepDay(ANA, MONDAY - timedelta(days=1)), state="closed")
    await _insert(connection, RepDay(ANA, TUESDAY + timedelta(days=1)), state="future")

    assert await list_open_days(connection, [ANA]) == [ANAS_MONDAY, ANAS_TUESDAY]
    assert await list_open_days(connection, [BEN, ANA]) == [ANAS_MONDAY, ANAS_TUESDAY, BENS_MONDAY]


async def test_every_day_is_listed_by_rep_and_day(connection: Connection) -> None:
    await _insert(connection, BENS_MONDAY, ANAS_TUESDAY, ANAS_MONDAY)

    assert [day.rep_day for day in await _all_days(connection)] == [ANAS_MONDAY, ANAS_TUESDAY, BENS_MONDAY]
