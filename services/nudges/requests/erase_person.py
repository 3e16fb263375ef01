"""Erase a rep, or a manager, and keep out what may still be reported of them. Done again, it erases what is there again."""

from datetime import datetime

import asyncpg

from services.nudges.deliver.channels.file import FileChannel
from services.nudges.store import QUERIES
from shared.postgres.pool import Connection
from shared.privacy.erasure import NoErasureKey, tombstone_of_key, tombstone_of_person
from shared.requests.erasure import ErasedNudges


async def forget_person(
    pool: asyncpg.Pool, file: FileChannel | None, person_id: str, *, forget_key: bytes, now: datetime
) -> ErasedNudges:
    """Their nudges, held ones too, with deliveries, reports and checks, and with the reports what they contested; as a manager,
    their part in other people's.

    What a receiver has been given is with the receiver; of our own file the lines are taken out.

    Raises:
        NoForgetKey: there is none.
    """
    if not forget_key:
        raise NoErasureKey
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(QUERIES["lock_forgotten"])
        digests = [tombstone_of_key(forget_key), tombstone_of_person(forget_key, person_id)]
        await connection.execute(QUERIES["add_forgotten"], digests, now)
        await _erase(connection, "delete_deliveries_of", person_id)
        await _erase(connection, "delete_answers_by", person_id)
        nudges = await _erase(connection, "delete_nudges_of", person_id)
        await _erase(connection, "delete_looks_of", person_id)
        await _erase(connection, "delete_led_of", person_id)
        await _erase(connection, "delete_announcements_of", person_id)
        await _erase(connection, "delete_ladders_of", person_id)
        await _erase(connection, "delete_rep_calibration_of", person_id)
        reports = await _erase(connection, "delete_days_of", person_id)
        for led in ("update_nudges_led_by", "update_days_led_by", "update_announcements_led_by", "update_contests_settled_by"):
            await _erase(connection, led, person_id)
        await _erase(connection, "delete_events_of", person_id)  # last: who adds one holds a row of the above
    lines = await file.forget(person_id) if file is not None else 0
    return ErasedNudges(nudges=nudges, reports=reports, lines=lines)


async def _erase(connection: Connection, query: str, person_id: str) -> int:
    """How many rows that was."""
    return int((await connection.execute(QUERIES[query], person_id)).split()[-1])
