"""The table of recognitions: what managers and colleagues have said to reps."""

from datetime import datetime
from typing import Final

from services.nudges.domain.feedback.thanks import Recognition, RecognitionId
from shared.events import Person, PersonId, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


async def add_recognition(connection: Querier, recognition: Recognition) -> bool:
    """Store it; False if there is one with its id that was not taken back."""
    added = await connection.fetchval(
        _QUERIES["add_recognition"],
        recognition.id,
        recognition.rep_id,
        recognition.sender.id,
        recognition.sender.name,
        recognition.nudge_id,
        recognition.about_day,
        recognition.facts,
        recognition.text,
        recognition.written_at,
        recognition.is_from_colleague,
    )
    return added is not None


async def find_recognition(connection: Querier, recognition_id: RecognitionId) -> Recognition | None:
    """One that was not taken back."""
    row = await connection.fetchrow(_QUERIES["find_recognition"], recognition_id)
    if row is None:
        return None
    return Recognition(
        id=recognition_id,
        rep_id=row["rep_id"],
        sender=Person(id=row["manager_id"], name=row["manager_name"]),
        nudge_id=row["nudge_id"],
        about_day=row["about_day"],
        facts=row["facts"],
        text=row["text"],
        written_at=row["written_at"],
        is_from_colleague=row["is_from_colleague"],
    )


async def undo_recognition(
    connection: Querier, recognition_id: RecognitionId, sender_id: PersonId, rep_id: RepId, *, now: datetime
) -> bool:
    """Take it back, with its message; False if the message has gone out, or it was taken back before. Needs the rep's lock."""
    return await connection.fetchval(_QUERIES["undo_recognition"], recognition_id, sender_id, rep_id, now) is not None


async def count_of_colleague(connection: Querier, sender_id: PersonId, rep_id: RepId, *, since: datetime) -> int:
    """How often a colleague has written to a rep since then, without what they took back."""
    count: int = await connection.fetchval(_QUERIES["count_of_colleague"], rep_id, sender_id, since)
    return count
