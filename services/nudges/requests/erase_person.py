"""Erase a rep or a manager, and keep later reports about them out. Doing it again erases what is there again."""

from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.deliver.channels.file import FileChannel
from services.nudges.locks import lock_erasure
from shared.events import PersonId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.privacy.erasure import NoErasureKey, tombstone_of_key, tombstone_of_person
from shared.requests.erasure import ErasedNudges

_QUERIES: Final = Queries.beside(__file__)


async def erase_person(
    pool: asyncpg.Pool, file: FileChannel | None, person_id: PersonId, *, erasure_key: bytes, now: datetime
) -> ErasedNudges:
    """Erase a rep's nudges (also deferred ones) with their deliveries, day reports, disputes, checks, announcements and what
    was written to them; and a manager's part in other people's, with what the person wrote to reps.

    What a receiver has accepted stays with the receiver. From our own `file` of nudges the lines are removed.

    Raises:
        NoErasureKey: there is no key under which the person could be recognised later.
    """
    if not erasure_key:
        raise NoErasureKey
    async with pool.acquire() as connection, connection.transaction():
        await lock_erasure(connection)
        digests = [tombstone_of_key(erasure_key), tombstone_of_person(erasure_key, person_id)]
        await connection.execute(_QUERIES["add_erased_people"], digests, now)
        await _execute(connection, _QUERIES["delete_deliveries"], person_id)
        await _execute(connection, _QUERIES["delete_answers"], person_id)
        nudges = await _execute(connection, _QUERIES["delete_nudges"], person_id)
        await _execute(connection, _QUERIES["delete_recognitions"], person_id)
        await _execute(connection, _QUERIES["delete_scheduled_checks"], person_id)
        await _execute(connection, _QUERIES["delete_managers_of_rep"], person_id)
        await _execute(connection, _QUERIES["delete_announcements"], person_id)
        await _execute(connection, _QUERIES["delete_ladders"], person_id)
        await _execute(connection, _QUERIES["delete_rep_calibration"], person_id)
        await _execute(connection, _QUERIES["delete_contact_states"], person_id)
        await _execute(connection, _QUERIES["delete_mail_stop"], person_id)
        await _execute(connection, _QUERIES["delete_preference"], person_id)
        await _execute(connection, _QUERIES["delete_sessions"], person_id)
        await _execute(connection, _QUERIES["delete_api_tokens"], person_id)
        await _execute(connection, _QUERIES["delete_sign_in_links"], person_id)
        await _execute(connection, _QUERIES["delete_operator"], person_id)
        reports = await _execute(connection, _QUERIES["delete_days"], person_id)
        await _execute(connection, _QUERIES["update_managers_of_nudges"], person_id)
        await _execute(connection, _QUERIES["update_managers_of_days"], person_id)
        await _execute(connection, _QUERIES["update_managers_of_announcements"], person_id)
        await _execute(connection, _QUERIES["update_resolvers"], person_id)
        # Last: whoever adds an event holds a row of one of the tables above until it is committed.
        await _execute(connection, _QUERIES["delete_events"], person_id)
    lines = await file.erase(person_id) if file is not None else 0
    return ErasedNudges(nudges=nudges, reports=reports, lines=lines)


async def _execute(connection: Connection, sql: str, person_id: PersonId) -> int:
    """Execute a statement about the person. Returns how many rows it affected."""
    status: str = await connection.execute(sql, person_id)
    return int(status.rpartition(" ")[2])
