"""The table of recognitions: what managers have said to their reps."""

from datetime import datetime
from typing import Final

from services.nudges.domain.feedback.thanks import Recognition, RecognitionId
from shared.events import ManagerId, Person, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


async def add_recognition(connection: Querier, recognition: Recognition) -> bool:
    """Store it; False if there is one with its id that was not taken back."""
    added = await connection.fetchval(
        _QUERIES["add_recognition"],
        recognition.id,
        recognition.rep_id,
        recognition.manager.id,
        recognition.manager.name,
        recognition.nudge_id,
        recognition.about_day,
        recognition.facts,
        recognition.text,
        recognition.written_at,
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
        manager=Person(id=row["manager_id"], name=row["manager_name"]),
        nudge_id=row["nudge_id"],
        about_day=row["about_day"],
        facts=row["facts"],
        text=row["text"],
        written_at=row["written_at"],
    )


async def undo_recognition(
    connection: Querier, recognition_id: RecognitionId, manager_id: ManagerId, rep_id: RepId, *, now: datetime
) -> bool:
    """Take it back, with its message; False if the message has gone out, or it was taken back before. Needs the rep's lock."""
    return await connection.fetchval(_QUERIES["undo_recognition"], recognition_id, manager_id, rep_id, now) is not None
