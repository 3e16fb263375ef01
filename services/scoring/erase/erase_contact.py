"""Erase a contact: the activities stay and count, but nobody can tell with whom they were.

After the tombstone is stored, activities that name the contact are rewritten, some at a time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from services.scoring.days.cause import Cause
from services.scoring.days.score_days import score_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import Tombstone
from services.scoring.domain.activities.activity_record import ActivityKey
from services.scoring.domain.erased import tombstone_of_contact
from services.scoring.erase.add_tombstones import add_tombstones
from services.scoring.record.activities import lock_activities, update_activities
from services.scoring.record.anonymize_activity import anonymize_activity
from shared.observation import SourceName
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.requests.erasure import ErasedScores

_QUERIES: Final = Queries.beside(__file__)
_STEP: Final = 500
_SCAN_TIMEOUT_S: Final = 600.0
_SILENTLY: Final = Cause(is_history=True)


async def list_activities_of_contact(
    connection: Connection, contact_key: str, *, source: SourceName | None
) -> list[ActivityKey]:
    """Every activity with the contact, of one source or of all, in order. It reads the whole table."""
    rows = await connection.fetch(_QUERIES["list_activities_of_contact"], contact_key, source, timeout=_SCAN_TIMEOUT_S)
    return [(row["source"], row["account"], row["activity_id"]) for row in rows]


async def begin_erasing_contact(
    pool: asyncpg.Pool, cache: DefinitionsCache, contact_key: str, *, source: SourceName | None, now: datetime
) -> ErasedScores:
    """Keep new observations from naming the contact.

    Raises:
        NoErasureKey: no erasure key is configured.
    """
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.lock(connection)
        digest = tombstone_of_contact(definitions.erased.key, source, contact_key)
        await add_tombstones(connection, definitions, [Tombstone(kind="contact", digest=digest)], now=now)
    return ErasedScores()


async def finish_erasing_contact(
    pool: asyncpg.Pool, cache: DefinitionsCache, contact_key: str, *, source: SourceName | None, now: datetime
) -> ErasedScores:
    """Remove the contact's key, and facts of unknown meaning, from every stored activity."""
    async with pool.acquire() as connection:
        keys = await list_activities_of_contact(connection, contact_key, source=source)
    activities = 0
    for start in range(0, len(keys), _STEP):
        activities += await _anonymize(pool, cache, keys[start : start + _STEP], contact_key, now=now)
    return ErasedScores(activities=activities)


async def _anonymize(
    pool: asyncpg.Pool, cache: DefinitionsCache, keys: Sequence[ActivityKey], contact_key: str, *, now: datetime
) -> int:
    """Days are scored again, because contacts of different sources with the same key become different contacts."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        records = [
            anonymize_activity(record, contact_key, definitions)
            for record in await lock_activities(connection, keys)
            if record.activity.contact_key == contact_key  # a newer observation may have named another contact
        ]
        if records:
            await update_activities(connection, records)
        rep_days = [record.rep_day for record in records if record.rep_day is not None]
        await score_days(connection, definitions, dict.fromkeys(rep_days, _SILENTLY), now=now)
    return len(records)
