"""Take in the announcement of a playbook version and send its message: one transaction, one person at a time."""

import asyncpg

from services.nudges.decide.announcements import announce_version
from services.nudges.decide.decision_context import DecisionContext
from services.nudges.domain.decision import Outcome
from services.nudges.intake.erased_people import without_erased
from services.nudges.locks import lock_person
from shared.events import PlaybookAnnounced


async def take_in_announcement(
    pool: asyncpg.Pool, playbook: PlaybookAnnounced, context: DecisionContext, *, erasure_key: bytes
) -> tuple[bool, Outcome | None]:
    """Whether the announcement was newer than what was known, and what became of its message. One to an erased rep is passed
    over."""
    async with pool.acquire() as connection, connection.transaction():
        await lock_person(connection, playbook.rep.id)
        stored = await without_erased(connection, playbook, erasure_key=erasure_key)
        if stored is None:
            return False, None
        return await announce_version(connection, stored, context)
