"""The advisory locks: what excludes what, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from services.nudges.locks import block_erasure, lock_erasure, lock_people, lock_person
from shared.events import PersonId
from shared.postgres.pool import Connection
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH

_IS_LOCKED = """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE granted AND locktype = 'advisory' AND objid = (hashtext($1)::bigint & 4294967295)::oid
    )
"""
Lock = Callable[[Connection], Awaitable[None]]


def _ana(connection: Connection) -> Awaitable[None]:
    return lock_person(connection, ANA.id)


def _ben(connection: Connection) -> Awaitable[None]:
    return lock_person(connection, BEN.id)


def _both(connection: Connection) -> Awaitable[None]:
    return lock_people(connection, [ANA.id, BEN.id], [])


def _north(connection: Connection) -> Awaitable[None]:
    return lock_people(connection, [], [NORTH.id])


def _south(connection: Connection) -> Awaitable[None]:
    return lock_people(connection, [], [SOUTH.id])


@pytest.mark.parametrize(
    ("first", "second", "is_excluded"),
    [
        (_ana, _ana, True),
        (_ana, _ben, False),
        (_north, _north, True),
        (_north, _south, False),
        (_ana, _north, False),
        (_ana, lock_erasure, True),
        (lock_erasure, _ana, True),
        (lock_erasure, lock_erasure, True),
        (lock_erasure, block_erasure, True),
        (block_erasure, lock_erasure, True),
        (block_erasure, block_erasure, False),
        (block_erasure, _ana, False),
        (lock_erasure, _both, True),
        (_both, lock_erasure, True),
        (_both, _ana, True),
        (_both, _ben, True),
        (_both, _north, False),
    ],
    ids=[
        "the same person",
        "another person",
        "the same team",
        "another team",
        "a person and a team",
        "an erasure waits for a decision",
        "a decision waits for an erasure",
        "two erasures",
        "a shared lock waits for an erasure",
        "an erasure waits for a shared lock",
        "two shared locks",
        "a shared lock and a decision",
        "a batch waits for an erasure",
        "an erasure waits for a batch",
        "a batch and the first of its people",
        "a batch and the last of its people",
        "a batch and a team",
    ],
)
async def test_a_lock_excludes_others_until_its_transaction_ends(
    pool: asyncpg.Pool, first: Lock, second: Lock, is_excluded: bool
) -> None:
    async with pool.acquire() as holder, pool.acquire() as other, other.transaction():
        async with holder.transaction():
            await first(holder)
            waiting = asyncio.ensure_future(second(other))
            while not waiting.done() and not await _is_anybody_waiting(pool):
                await asyncio.sleep(0)

            assert waiting.done() is not is_excluded
        await waiting


@pytest.mark.parametrize("person_ids", [[ANA.id, BEN.id], [BEN.id, ANA.id]], ids=["in one order", "in the other"])
async def test_several_people_are_locked_in_the_order_of_their_keys(pool: asyncpg.Pool, person_ids: list[PersonId]) -> None:
    by_key = "SELECT id FROM unnest($1::text[]) AS id ORDER BY hashtext(id)"
    first, last = [row["id"] for row in await pool.fetch(by_key, person_ids)]
    async with pool.acquire() as holder, pool.acquire() as other, other.transaction():
        async with holder.transaction():
            await lock_person(holder, last)
            waiting = asyncio.ensure_future(lock_people(other, person_ids, []))
            while not await _is_anybody_waiting(pool):
                await asyncio.sleep(0)

            assert await pool.fetchval(_IS_LOCKED, first)
        await waiting


async def test_people_are_locked_before_teams(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as holder, pool.acquire() as other, other.transaction():
        async with holder.transaction():
            await lock_people(holder, [], [NORTH.id])
            waiting = asyncio.ensure_future(lock_people(other, [ANA.id, BEN.id], [NORTH.id]))
            while not await _is_anybody_waiting(pool):
                await asyncio.sleep(0)

            assert [await pool.fetchval(_IS_LOCKED, person.id) for person in (ANA, BEN)] == [True, True]
        await waiting


async def test_a_batch_looks_rows_up_by_their_keys_however_small_its_tables_were(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        async with connection.transaction():
            await lock_people(connection, [ANA.id], [])
            within = await connection.fetchval("SHOW enable_seqscan")

        assert (within, await connection.fetchval("SHOW enable_seqscan")) == ("off", "on")


async def _is_anybody_waiting(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))
