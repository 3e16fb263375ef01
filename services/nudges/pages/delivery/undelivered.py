"""Messages to people that wait, or were given up, as typed rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.deliver.channels.personal import PersonalChannel
from shared.events import NudgeId, PersonId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
SHOWN_FOR: Final = timedelta(days=7)
UNDELIVERED_MAX: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Undelivered:
    """A message that was given up, without what it says."""

    nudge_id: NudgeId
    person_id: PersonId
    queued_at: datetime
    last_error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How many messages wait for a person."""

    messages: int
    since: datetime


async def list_undelivered(pool: asyncpg.Pool, *, now: datetime) -> list[Undelivered]:
    """Of the last seven days, the newest first, at most 50."""
    rows = await pool.fetch(_QUERIES["list_undelivered"], PersonalChannel.name, now - SHOWN_FOR, UNDELIVERED_MAX)
    return [
        Undelivered(
            nudge_id=row["nudge_id"],
            person_id=row["person_id"],
            queued_at=row["queued_at"],
            last_error=row["last_error"],
        )
        for row in rows
    ]


async def list_waiting(pool: asyncpg.Pool) -> Mapping[PersonId, Waiting]:
    """By person."""
    return {
        row["person_id"]: Waiting(messages=row["messages"], since=row["waiting_since"])
        for row in await pool.fetch(_QUERIES["list_waiting"], PersonalChannel.name)
    }


async def requeue_undelivered(pool: asyncpg.Pool, nudge_id: NudgeId, *, now: datetime) -> bool:
    """Queue a message that was given up once more. Returns False if it was not, or is on its way by now."""
    return await pool.fetchval(_QUERIES["requeue_undelivered"], nudge_id, PersonalChannel.name, now) is not None
