"""Who no longer leads anybody: the address of their page, and the links in what they received about reps, open no more."""

import asyncpg

from services.nudges.context.roster.managed_reps import list_managed_reps
from services.nudges.domain.candidate import NEW_DISPUTES_RULE
from services.nudges.rules.catalogue import MANAGER_RULES
from shared.events import PersonId
from shared.postgres.pool import Connection


async def is_former_manager(connection: Connection | asyncpg.Pool, person_id: PersonId) -> bool:
    """Whether the person has led reps and leads none of them by the newest reports. False if they never led anybody."""
    managed = await list_managed_reps(connection, person_id)
    return bool(managed) and not any(each.is_managed for each in managed)


async def may_read_nudge(
    connection: Connection | asyncpg.Pool, reader_id: PersonId, *, recipient_id: PersonId, rule: str
) -> bool:
    """Whether a person to whom a nudge was once open may still read it: as its recipient, or as a manager while they lead."""
    is_managers = recipient_id != reader_id or rule in MANAGER_RULES or rule == NEW_DISPUTES_RULE
    return not is_managers or not await is_former_manager(connection, reader_id)
