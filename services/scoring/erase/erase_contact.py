"""Erase a contact: their activities stay, and count, as those with somebody of whom nothing is known.

First the contact is marked as forgotten, so that what is taken in from then on no longer names them. Then the activities that
do are rewritten, some at a time. It may be stopped anywhere and asked for again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from services.scoring import store
from services.scoring.days.score_days import Cause, score_days
from services.scoring.definitions.cache import DefinitionsCache, lock_definitions
from services.scoring.domain.erased import tombstone_of_contact
from services.scoring.erase.mark_erased import mark_forgotten
from services.scoring.record.anonymize_activity import rewritten_without_contact
from services.scoring.store import QUERIES, ActivityKey
from shared.postgres.pool import Connection

_AT_ONCE: Final = 500
_SCAN_TIMEOUT_S: Final = 600.0
_IN_SILENCE: Final = Cause(history=True)


async def list_activities_of_contact(connection: Connection, contact_key: str, *, source: str | None) -> list[ActivityKey]:
    """Every activity with the contact, in order. There is no index for so rare a question: it reads the whole table."""
    rows = await connection.fetch(QUERIES["list_activities_of_contact"], contact_key, source, timeout=_SCAN_TIMEOUT_S)
    return [(row["source"], row["account"], row["activity_id"]) for row in rows]


async def begin_forgetting_contact(
    pool: asyncpg.Pool, cache: DefinitionsCache, contact_key: str, *, source: str | None, now: datetime
) -> ErasedScores:
    """Take in nothing any more that names them.

    Raises:
        NoForgetKey: there is none.
    """
    async with pool.acquire() as connection, connection.transaction():
        await lock_definitions(connection)
        definitions = await cache.read(connection)
        key = definitions.forgotten.key
        tombstone = tombstone_of_contact(key, source, contact_key)
        await mark_forgotten(connection, definitions, [("contact", tombstone)], now=now)
    return ErasedScores()


async def finish_forgetting_contact(
    pool: asyncpg.Pool, cache: DefinitionsCache, contact_key: str, *, source: str | None, now: datetime
) -> ErasedScores:
    """Take their key, and what a sender told beside what is known to mean something, out of every activity."""
    async with pool.acquire() as connection:
        keys = await list_activities_of_contact(connection, contact_key, source=source)
    activities = 0
    for first in range(0, len(keys), _AT_ONCE):
        activities += await _rewrite(pool, cache, keys[first : first + _AT_ONCE], contact_key, now=now)
    return ErasedScores(activities=activities)


async def _rewrite(
    pool: asyncpg.Pool, cache: DefinitionsCache, keys: Sequence[ActivityKey], contact_key: str, *, now: datetime
) -> int:
    """Days are counted anew in case they were told apart from contacts of other sources with the same key only now."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        rewritten = [
            rewritten_without_contact(row, contact_key, definitions)
            for row in await store.lock_activities(connection, keys)
            if row.derived.contact_key == contact_key  # somebody may have said something newer meanwhile
        ]
        if rewritten:
            await store.update_activities(connection, rewritten)
        places = [row.derived.place for row in rewritten if row.derived.place is not None]
        await score_days(connection, definitions, dict.fromkeys(places, _IN_SILENCE), now=now)
    return len(rewritten)
