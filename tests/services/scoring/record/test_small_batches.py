"""A few new activities that are stored together with their days in one statement."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest

from services.scoring.days.days import insert_days
from services.scoring.definitions.pending_rescores import request_rescore
from services.scoring.definitions.stored_definitions import find_version, lock_definitions
from services.scoring.domain.activities.activity_record import ActivityRecord
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import DayState
from services.scoring.record.activities import SmallBatch, insert_small_batch
from shared.observation import ActivityId
from shared.postgres.pool import Connection
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring
from tests.services.scoring.domain.builders import ACME, activity

TUESDAY = MONDAY + timedelta(days=1)
ANAS_MONDAY, ANAS_TUESDAY, BENS_MONDAY = RepDay(ANA, MONDAY), RepDay(ANA, TUESDAY), RepDay(BEN, MONDAY)
DAYS: list[tuple[RepDay, DayState]] = [(BENS_MONDAY, "open"), (ANAS_TUESDAY, "open"), (ANAS_MONDAY, "open")]


def _record(activity_id: str, rep_day: RepDay = ANAS_MONDAY) -> ActivityRecord:
    stated = activity({"actor": "7", "kind": "call", "started_at": MONDAY_NOON})
    return ActivityRecord(key=(ACME, "", ActivityId(activity_id)), states={}, activity=stated, rep_day=rep_day)


async def _insert(connection: Connection, *records: ActivityRecord, versions_ahead: int = 0) -> SmallBatch:
    """Insert under the definitions in force, or those of so many versions later, and claim three days."""
    version = await find_version(connection) + versions_ahead
    return await insert_small_batch(connection, records, DAYS, version=version, now=MONDAY_NOON)


def _claimed(batch: SmallBatch) -> list[tuple[RepDay, DayState]]:
    return [(day.rep_day, day.state) for day in batch.days]


async def _stored(connection: Connection) -> Sequence[tuple[str, ...]]:
    return [tuple(row) for row in await connection.fetch("SELECT activity_id, rep_id FROM activity ORDER BY activity_id")]


async def test_new_activities_are_stored_with_their_days_which_are_claimed_in_order(
    scoring: Scoring, connection: Connection
) -> None:
    await insert_days(connection, [(ANAS_TUESDAY, "closed"), (RepDay(BEN, TUESDAY), "closed")])
    records = _record("a2", BENS_MONDAY), _record("a1")

    async with connection.transaction():
        batch = await _insert(connection, *records)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await scoring.pool.fetch("SELECT FROM rep_day WHERE state = 'closed' AND rep_id = 'ana' FOR UPDATE NOWAIT")

    assert batch.version == await find_version(connection)
    assert batch.keys == {record.key for record in records}
    assert _claimed(batch) == [(ANAS_MONDAY, "open"), (ANAS_TUESDAY, "closed"), (BENS_MONDAY, "open")]
    assert await _stored(connection) == [("a1", "ana"), ("a2", "ben")]


async def test_no_days_are_claimed_unless_all_activities_are_new(connection: Connection) -> None:
    await _insert(connection, _record("a1", BENS_MONDAY))
    await connection.execute("TRUNCATE rep_day")

    batch = await _insert(connection, _record("a1"), _record("a2"))

    assert (batch.keys, _claimed(batch)) == ({_record("a2").key}, [])
    assert await connection.fetchval("SELECT count(*) FROM rep_day") == 0
    assert await _stored(connection) == [("a1", "ben"), ("a2", "ana")]


@pytest.mark.parametrize("versions_ahead", [-1, 1])
async def test_under_other_definitions_nothing_is_stored_but_they_are_shared(
    versions_ahead: int, scoring: Scoring, connection: Connection
) -> None:
    async with connection.transaction():
        batch = await _insert(connection, _record("a1"), versions_ahead=versions_ahead)
        async with scoring.pool.acquire() as other, other.transaction():
            await other.execute("SET LOCAL lock_timeout = 1")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await lock_definitions(other)

    assert batch == SmallBatch(version=await find_version(connection), keys=set(), days=[])
    assert await connection.fetchval("SELECT count(*) FROM rep_day") == 0
    assert await _stored(connection) == []


async def test_days_of_reps_whose_activities_wait_to_be_reassigned_are_left_out(connection: Connection) -> None:
    for rep_id, needs_reassignment in ((ANA, True), (BEN, False)):
        await request_rescore(
            connection, [rep_id], first=MONDAY, last=MONDAY, needs_reassignment=needs_reassignment, now=MONDAY_NOON
        )

    assert _claimed(await _insert(connection, _record("a1"))) == [(BENS_MONDAY, "open")]


async def test_a_day_that_another_transaction_has_just_stored_is_left_out(scoring: Scoring, connection: Connection) -> None:
    async with scoring.pool.acquire() as other:
        storing = other.transaction()
        await storing.start()
        await insert_days(other, [(ANAS_MONDAY, "closed")])
        inserting = asyncio.create_task(_insert(connection, _record("a1")))
        while not await other.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            pass
        await storing.commit()
        batch = await inserting

    assert _claimed(batch) == [(ANAS_TUESDAY, "open"), (BENS_MONDAY, "open")]
