"""What became of the last attempts to reach each person, by transport."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.deliver.channel import ContactAttempt
from shared.events import PersonId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactState:
    """`failures` are those since the last success, and `failing_since` is the time of the first of them."""

    person_id: PersonId
    transport: str
    last_delivered_at: datetime | None
    failures: int
    failing_since: datetime | None
    last_error: str


async def record_success(connection: Querier, person_id: PersonId, transport: str, *, now: datetime) -> None:
    await connection.execute(_QUERIES["merge_contact_success"], person_id, transport, now)


async def record_failure(connection: Querier, person_id: PersonId, transport: str, *, error: str, now: datetime) -> int:
    """Returns the number of failures since the last success."""
    failures: int = await connection.fetchval(_QUERIES["merge_contact_failure"], person_id, transport, now, error)
    return failures


async def record_attempts(
    connection: Querier, person_id: PersonId, tried: Sequence[ContactAttempt], *, now: datetime
) -> list[tuple[str, str]]:
    """Record each way that was tried. Returns the transport and the error of those that fail for the first time since they
    worked."""
    newly_failing = []
    for attempt in tried:
        if not attempt.error:
            await record_success(connection, person_id, attempt.transport, now=now)
        elif await record_failure(connection, person_id, attempt.transport, error=attempt.error, now=now) == 1:
            newly_failing.append((attempt.transport, attempt.error))
    return newly_failing


async def list_contact_states(pool: asyncpg.Pool) -> list[ContactState]:
    """By person and transport."""
    return [
        ContactState(
            person_id=row["person_id"],
            transport=row["transport"],
            last_delivered_at=row["last_delivered_at"],
            failures=row["failures"],
            failing_since=row["failing_since"],
            last_error=row["last_error"],
        )
        for row in await pool.fetch(_QUERIES["list_contact_states"])
    ]
