"""The advisory locks: what excludes what, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from services.nudges.locks import block_erasure, lock_erasure, lock_person, lock_team
from shared.postgres.pool import Connection
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH

Lock = Callable[[Connection], Awaitable[None]]


def _ana(connection: Connection) -> Awaitable[None]:
    return lock_person(connection, ANA.id)


def _ben(connection: Connection) -> Awaitable[None]:
    return lock_person(connection, BEN.id)


def _north(connection: Connection) -> Awaitable[None]:
    return lock_team(connection, NORTH.id)


def _south(connection: Connection) -> Awaitable[None]:
    return lock_team(connection, SOUTH.id)


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
        (lock_erasure, _north, False),
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
        "an erasure and a team",
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


async def _is_anybody_waiting(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))
