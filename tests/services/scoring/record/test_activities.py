"""Activities as they are stored, locked and listed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import msgspec
import pytest

from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.roster.roster import Identity
from services.scoring.record.activities import (
    insert_activities,
    list_activities_of_day,
    list_activities_with_parts,
    list_all_activities,
    list_reps_with_activities,
    lock_activities,
    lock_activities_of_reps,
    update_activities,
)
from shared.observation import ActivityId, SourceName
from shared.postgres.pool import Connection
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring
from tests.services.scoring.domain.builders import ACME, activity, rep_id_of

OTHER = SourceName("other")
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
async def connection(scoring: Scoring) -> AsyncIterator[Connection]:
    await scoring.ignore_indexes()
    async with scoring.pool.acquire() as acquired:
        yield acquired


def _record(
    activity_id: str,
    rep_day: RepDay | None = None,
    *,
    source: SourceName = ACME,
    account: str = "",
    actor: str = "7",
    kind: str = "call",
    minute: int = 0,
) -> ActivityRecord:
    """An activity that began so many minutes after noon."""
    stated = activity({"actor": actor, "kind": kind, "started_at": MONDAY_NOON + timedelta(minutes=minute)})
    return ActivityRecord(key=(source, account, ActivityId(activity_id)), states={}, activity=stated, rep_day=rep_day)


def _keys(*records: ActivityRecord) -> list[ActivityKey]:
    return [record.key for record in records]


async def _all(connection: Connection) -> list[ActivityRecord]:
    async with connection.transaction():
        return [record async for records in list_all_activities(connection) for record in records]


async def test_only_new_activities_are_inserted(connection: Connection) -> None:
    first, other = _record("a1"), _record("a2")
    await insert_activities(connection, [first], now=MONDAY_NOON)

    assert await insert_activities(connection, [_record("a1", kind="email"), other], now=MONDAY_NOON) == {other.key}

    assert sorted(await _all(connection), key=lambda record: record.key) == [first, other]


async def test_the_wanted_activities_are_locked_in_order(scoring: Scoring, connection: Connection) -> None:
    wanted = [
        _record("a2", source=OTHER),
        _record("a1", source=OTHER),
        _record("a9", account="two"),
        _record("a8", account="three"),
    ]
    for record in (*wanted, _record("a0"), _record("a1"), _record("a9")):
        await insert_activities(connection, [record], now=MONDAY_NOON)

    async with connection.transaction():
        locked = await lock_activities(connection, _keys(*wanted))
        with pytest.raises(asyncpg.LockNotAvailableError):
            await scoring.pool.fetch("SELECT FROM activity WHERE activity_id = 'a9' FOR UPDATE NOWAIT")

    assert _keys(*locked) == sorted(_keys(*wanted))


async def test_parts_are_locked_with_the_activities_that_they_belong_to(connection: Connection) -> None:
    wholes = [_record("a1", source=OTHER), _record("a2", source=OTHER)]
    parts = [msgspec.structs.replace(_record("p1", source=OTHER), part_of=ActivityId("a1"))]
    decoys = [
        msgspec.structs.replace(_record("p2"), part_of=ActivityId("a1")),
        msgspec.structs.replace(_record("p3", source=OTHER, account="two"), part_of=ActivityId("a1")),
        msgspec.structs.replace(_record("p4", source=OTHER), part_of=ActivityId("a2")),
    ]
    for record in (*wholes, *parts, *decoys):
        await insert_activities(connection, [record], now=MONDAY_NOON)

    async with connection.transaction():
        locked = await lock_activities(connection, _keys(*wholes), with_parts_of=_keys(wholes[0]))

    assert _keys(*locked) == _keys(*wholes, *parts)


async def test_activities_of_reps_and_of_their_users_are_locked_in_order(scoring: Scoring, connection: Connection) -> None:
    anas = _record("a5", RepDay(ANA, MONDAY), actor="gone")
    own, elsewhere, second = _record("a4", source=OTHER, actor="8"), _record("a3"), _record("a0", account="two")
    decoys = [_record("a1", actor="8"), _record("a2", source=OTHER), _record("a6", RepDay(BEN, MONDAY), actor="9")]
    for record in (own, second, anas, elsewhere, *decoys):
        await insert_activities(connection, [record], now=MONDAY_NOON)
    identities = [Identity(source=ACME, user="7"), Identity(source=OTHER, user="8")]

    async with connection.transaction():
        locked = await lock_activities_of_reps(connection, [ANA], identities)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await scoring.pool.fetch("SELECT FROM activity WHERE activity_id = 'a3' FOR UPDATE NOWAIT")

    assert _keys(*locked) == _keys(elsewhere, anas, second, own)


async def test_reps_are_listed_who_have_activities_or_a_user_who_has_some(connection: Connection) -> None:
    await insert_activities(connection, [_record("a1", RepDay(ANA, MONDAY), actor="gone")], now=MONDAY_NOON)
    await insert_activities(connection, [_record("a2", actor="8"), _record("a3", source=OTHER, actor="9")], now=MONDAY_NOON)
    cy, dee, eve = (rep_id_of(name) for name in ("cy", "dee", "eve"))
    owners = [
        (BEN, Identity(source=ACME, user="8")),
        (cy, Identity(source=ACME, user="9")),
        (dee, Identity(source=OTHER, user="8")),
    ]

    assert await list_reps_with_activities(connection, [ANA, BEN, cy, dee, eve], owners) == {ANA, BEN}


async def test_the_wanted_activities_are_listed_with_their_parts(connection: Connection) -> None:
    wanted = [_record("a1", source=OTHER), _record("a9", account="two")]
    parts = [msgspec.structs.replace(_record("p1", source=OTHER), part_of=ActivityId("a1"))]
    decoys = [
        _record("a1"),
        _record("a9"),
        _record("a1", source=OTHER, account="two"),
        msgspec.structs.replace(_record("p2"), part_of=ActivityId("a1")),
        msgspec.structs.replace(_record("p3", source=OTHER, account="two"), part_of=ActivityId("a1")),
        msgspec.structs.replace(_record("p4", source=OTHER), part_of=ActivityId("a2")),
    ]
    for record in (*wanted, *parts, *decoys):
        await insert_activities(connection, [record], now=MONDAY_NOON)

    listed = await list_activities_with_parts(connection, _keys(*wanted))

    assert sorted(_keys(*listed)) == sorted(_keys(*wanted, *parts))
    assert {record.part_of for record in listed} == {None, "a1"}


async def test_an_activity_is_updated_and_no_other(connection: Connection) -> None:
    first = _record("a1")
    others = [_record("a2"), _record("a1", source=OTHER), _record("a1", account="two")]
    await insert_activities(connection, [first, *others], now=MONDAY_NOON)
    changed = _record("a1", RepDay(ANA, MONDAY), kind="email")

    await update_activities(connection, [changed])

    stored = {record.key: record for record in await _all(connection)}
    assert stored == {record.key: record for record in (changed, *others)}


async def test_the_activities_of_a_day_are_listed_in_the_order_in_which_they_began(connection: Connection) -> None:
    monday = RepDay(ANA, MONDAY)
    in_order = [
        _record("a5", monday),
        _record("a4", monday, minute=1),
        _record("a3", monday, account="two", minute=2),
        _record("a6", monday, account="two", minute=2),
        _record("a2", monday, source=OTHER, minute=2),
        _record("a1", monday, source=OTHER, account="two", minute=2),
    ]
    for record in [*reversed(in_order), _record("a7", RepDay(ANA, TUESDAY)), _record("a8", RepDay(BEN, MONDAY)), _record("a9")]:
        await insert_activities(connection, [record], now=MONDAY_NOON)

    assert await list_activities_of_day(connection, monday) == in_order


async def test_every_activity_is_listed_those_of_a_rep_first_and_day_by_day(connection: Connection) -> None:
    in_order = [
        _record("a4", RepDay(ANA, MONDAY)),
        _record("a3", RepDay(ANA, TUESDAY)),
        _record("a2", RepDay(BEN, MONDAY)),
        _record("a1"),
    ]
    for record in reversed(in_order):
        await insert_activities(connection, [record], now=MONDAY_NOON)

    assert await _all(connection) == in_order
