"""Decide about several people at the same time, in one transaction; one by one if the code fails at one of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain

import asyncpg
import structlog

from services.nudges.domain.decision import Outcome
from services.nudges.locks import lock_people
from shared.events import PersonId
from shared.postgres.shared_connection import SharedConnection, run_together
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()

Decide = Callable[[SharedConnection], Awaitable[Sequence[Outcome]]]


async def decide_together(pool: asyncpg.Pool, decisions: Mapping[PersonId, Decide]) -> list[Outcome]:
    """What came of the decision about each person, who is locked meanwhile.

    Raises:
        Exception: what the decision about one person raised. Those about the people before are committed.
    """
    try:
        return await _decide(pool, decisions)
    except TRANSIENT_ERRORS:
        raise
    except Exception as failed:
        if len(decisions) == 1:
            raise
        _log.warning("decisions_split", people=len(decisions), error=type(failed).__name__)
    outcomes: list[Outcome] = []
    for person_id, decide in decisions.items():
        outcomes += await _decide(pool, {person_id: decide})
    return outcomes


async def _decide(pool: asyncpg.Pool, decisions: Mapping[PersonId, Decide]) -> list[Outcome]:
    if not decisions:
        return []
    async with pool.acquire() as connection, connection.transaction():
        await lock_people(connection, decisions.keys(), ())
        return list(chain.from_iterable(await run_together(connection, list(decisions.values()))))
