"""What was said, as typed rows: by somebody, or to a rep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.domain.decision import NudgeStatus
from services.nudges.domain.feedback.thanks import Recognition, RecognitionId
from shared.events import Person, PersonId, RepId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_BY_SENDER_MAX: Final = 20
_TO_REP_MAX: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenThanks:
    """A recognition with what has become of its message: `status`, why it waits (`because`), and when it was or will be sent.
    `timezone` is the rep's. `is_unsent`: it reached nobody, because Daymark was restored from a backup."""

    recognition: Recognition
    rep_name: str
    status: NudgeStatus
    because: str
    send_at: datetime | None
    timezone: str
    is_unsent: bool = False


async def list_written(pool: asyncpg.Pool, sender_id: PersonId, rep_id: RepId | None = None) -> list[WrittenThanks]:
    """What somebody wrote lately, to one rep or to all of them, newest first and without what they took back."""
    return [_to_written(row) for row in await pool.fetch(_QUERIES["list_written"], sender_id, rep_id, _BY_SENDER_MAX)]


async def list_received_thanks(pool: asyncpg.Pool, rep_id: RepId) -> list[WrittenThanks]:
    """What was said to a rep, newest first, once it was sent."""
    return [_to_written(row) for row in await pool.fetch(_QUERIES["list_received_thanks"], rep_id, _TO_REP_MAX)]


def _to_written(row: asyncpg.Record) -> WrittenThanks:
    return WrittenThanks(
        recognition=Recognition(
            id=RecognitionId(row["id"]),
            rep_id=row["rep_id"],
            sender=Person(id=row["manager_id"], name=row["manager_name"]),
            nudge_id=row["nudge_id"],
            about_day=row["about_day"],
            facts=row["facts"],
            text=row["text"],
            written_at=row["written_at"],
            is_from_colleague=row["is_from_colleague"],
        ),
        rep_name=row["person_name"],
        status=NudgeStatus(row["status"]),
        because=row["because"],
        send_at=row["send_at"],
        timezone=row["timezone"],
        is_unsent=row["is_unsent"],
    )
