"""Who is meant by somebody to be forgotten, what would be erased, and by what they can be recognised."""

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import list_rosters
from services.scoring.domain.day import Definitions
from services.scoring.domain.definition_files.roster_history import is_named, remember
from services.scoring.domain.roster.roster import Identity
from services.scoring.erase.erase_contact import list_activities_of_contact
from services.scoring.erase.erase_rep import StillInRoster, theirs
from services.scoring.store import QUERIES
from shared.errors import DaymarkError
from shared.postgres.pool import Connection
from shared.requests.erasure import ErasureOrder, ErasureQuery


class NobodyKnown(DaymarkError):
    """No roster has held anybody of this id, and no activity has a contact of this key. Check the spelling."""


async def find_forgettable(pool: asyncpg.Pool, cache: DefinitionsCache, query: ErasureQuery) -> ErasureTarget:
    """Somebody who was in the roster; else a contact. With a source it is a contact of that, even one of whom nothing has been
    taken in yet.

    Raises:
        NobodyKnown: there is nobody of this id or key.
        StillInRoster: take them out first.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        known = await _person(connection, definitions, query.person) if query.source is None else None
        if known is None:
            known = await _contact(connection, definitions, query)
        if query.source is None and not (known.is_forgotten or known.activities or known.rosters):
            raise NobodyKnown(query.person)
        return known


async def _person(connection: Connection, definitions: Definitions, person_id: str) -> ErasureTarget | None:
    if is_named(person_id, definitions.roster):
        raise StillInRoster(person_id)
    remembered = remember(person_id, await list_rosters(connection))
    is_forgotten = definitions.forgotten.holds_person(person_id)
    if not remembered.versions and not is_forgotten:
        return None
    users = theirs(remembered, definitions.roster)
    return ErasureTarget(
        who="person",
        person=person_id,
        source=None,
        is_forgotten=is_forgotten,
        activities=await connection.fetchval(QUERIES["count_activities_of_users"], *users.columns),
        days=await connection.fetchval(QUERIES["count_days_of"], person_id),
        rosters=len(remembered.versions),
        names=remembered.names,
        emails=remembered.emails,
        users=tuple(_user(one) for one in users.users),
        kept=tuple(_user(one) for one in users.kept),
    )


async def _contact(connection: Connection, definitions: Definitions, query: ErasureQuery) -> ErasureTarget:
    order = ErasureOrder(who="contact", person=query.person, source=query.source, spellings=query.spellings)
    forgotten, activities = definitions.forgotten, 0
    for contact_key in order.contact_keys:
        activities += len(await list_activities_of_contact(connection, contact_key, source=query.source))
    is_forgotten = any(forgotten.holds_contact(source=query.source, contact_key=one) for one in order.contact_keys)
    return ErasureTarget(**order.model_dump(), is_forgotten=is_forgotten, activities=activities)


def _user(identity: Identity) -> CrmUser:
    return CrmUser(source=identity.source, account=identity.account, user=identity.user)
