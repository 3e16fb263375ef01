"""Find out who is meant by an erasure, what would be erased, and how the person can be recognised in the streams."""

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import list_rosters
from services.scoring.domain.definition_files.roster_history import collect_history, is_listed, list_people
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.roster.roster import Identity
from services.scoring.erase.erase_contact import list_activities_of_contact
from services.scoring.erase.erase_rep import StillInRoster
from services.scoring.erase.stored_person import count_activities, count_days
from services.scoring.erase.users_of_person import find_users
from shared.errors import DaymarkError
from shared.events import PersonId, RepId
from shared.postgres.pool import Connection
from shared.requests.erasure import CrmUser, ErasureOrder, ErasureQuery, ErasureTarget
from shared.suggestions import with_suggestion


class NoSuchPerson(DaymarkError):
    """No roster has listed anybody with this id, and no activity has a contact with this key. Check the spelling."""


async def find_erasure_target(pool: asyncpg.Pool, cache: DefinitionsCache, query: ErasureQuery) -> ErasureTarget:
    """A person whom a roster has listed, or else a contact. With a source it is always a contact of that source, even if no
    activity with the contact is stored.

    Raises:
        NoSuchPerson: nobody has this id or key.
        StillInRoster: the roster still lists the person.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        target = await _find_person(connection, definitions, PersonId(query.person)) if query.source is None else None
        if target is None:
            target = await _find_contact(connection, definitions, query)
        if query.source is None and not (target.is_erased or target.activities or target.rosters):
            raise NoSuchPerson(with_suggestion(query.person, list_people(await list_rosters(connection))))
        return target


async def _find_person(connection: Connection, definitions: Definitions, person_id: PersonId) -> ErasureTarget | None:
    if is_listed(person_id, definitions.roster):
        raise StillInRoster(person_id)
    history = collect_history(person_id, await list_rosters(connection))
    is_erased = definitions.erased.has_person(person_id)
    if not history.versions and not is_erased:
        return None
    users = find_users(history, definitions.roster)
    return ErasureTarget(
        subject="person",
        person=person_id,
        source=None,
        is_erased=is_erased,
        activities=await count_activities(connection, users),
        days=await count_days(connection, RepId(person_id)),
        rosters=len(history.versions),
        names=history.names,
        emails=history.emails,
        users=tuple(_crm_user(identity) for identity in users.own),
        reassigned=tuple(_crm_user(identity) for identity in users.reassigned),
    )


async def _find_contact(connection: Connection, definitions: Definitions, query: ErasureQuery) -> ErasureTarget:
    order = ErasureOrder(subject="contact", person=query.person, source=query.source, spellings=query.spellings)
    activities, is_erased = 0, False
    for contact_key in order.contact_keys:
        activities += len(await list_activities_of_contact(connection, contact_key, source=query.source))
        is_erased = is_erased or definitions.erased.has_contact(source=query.source, contact_key=contact_key)
    return ErasureTarget(
        subject=order.subject,
        person=order.person,
        source=order.source,
        spellings=order.spellings,
        is_erased=is_erased,
        activities=activities,
    )


def _crm_user(identity: Identity) -> CrmUser:
    return CrmUser(source=identity.source, account=identity.account, user=identity.user)
