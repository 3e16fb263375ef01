"""Erase a rep, or a manager, who has left the roster.

After the tombstones are stored, activities are deleted some at a time, then days, announcements and the entries in old rosters.
The rosters go last: only they know which CRM users the person had.
"""

from collections import Counter
from datetime import datetime
from typing import Final

import asyncpg

from services.scoring.definitions.announcements import delete_announcements_of
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.entered_absences import erase_from_entered_absences
from services.scoring.definitions.pending_rescores import list_pending_rescores
from services.scoring.definitions.stored_definitions import (
    Tombstone,
    list_rosters,
    remove_editor,
    remove_publisher,
    update_roster,
)
from services.scoring.domain.definition_files.roster_history import (
    PersonHistory,
    collect_history,
    is_listed,
    without_person,
)
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.erased import tombstone_of_user
from services.scoring.domain.roster.roster import Rep
from services.scoring.erase.add_tombstones import add_tombstones
from services.scoring.erase.stored_person import (
    TotalKey,
    add_totals,
    delete_activities,
    delete_days,
    delete_reports,
    list_counts,
    remove_from_owners,
)
from services.scoring.erase.users_of_person import find_users
from shared.errors import DaymarkError
from shared.events import PersonId, RepId
from shared.postgres.pool import Connection
from shared.privacy.erasure import mention_of, tombstone_of_person
from shared.requests.erasure import ErasedScores

_STEP: Final = 1_000
"""Whoever records observations waits while this many activities are deleted: some 10 ms."""


class StillInRoster(DaymarkError):
    """The roster still lists this person. Remove them with `daymark roster apply` first, then erase them."""


class StillRescoring(DaymarkError):
    """The days of this person are still being scored again after a change of the roster. Ask again in a moment."""


async def begin_erasing_rep(pool: asyncpg.Pool, cache: DefinitionsCache, person_id: PersonId, *, now: datetime) -> ErasedScores:
    """Record no more activities of the person, and publish no more reports about them.

    Raises:
        NoErasureKey: no erasure key is configured.
        StillInRoster: the roster still lists the person.
        StillRescoring: it is not settled yet which activities are the person's.
    """
    async with pool.acquire() as connection, connection.transaction():
        definitions = await _lock_definitions(connection, cache, person_id)
        users = find_users(collect_history(person_id, await list_rosters(connection)), definitions.roster)
        key = definitions.erased.key
        tombstones = [Tombstone(kind="person", digest=tombstone_of_person(key, person_id))]
        for identity in users.own:
            digest = tombstone_of_user(key, identity.source, identity.account, identity.user)
            tombstones.append(Tombstone(kind="user", digest=digest))
        await add_tombstones(connection, definitions, tombstones, now=now)
        await delete_reports(connection, person_id)
    return ErasedScores()


async def finish_erasing_rep(pool: asyncpg.Pool, cache: DefinitionsCache, person_id: PersonId) -> ErasedScores:
    """Erase what is stored about the person.

    Raises:
        StillInRoster: the roster still lists the person.
        StillRescoring: it is not settled yet which activities are the person's.
    """
    async with pool.acquire() as connection:
        history = collect_history(person_id, await list_rosters(connection))
    activities = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            definitions = await _lock_definitions(connection, cache, person_id)
            users = find_users(history, definitions.roster)
            deleted = await delete_activities(connection, users, limit=_STEP)
            activities += deleted
            if deleted == 0 and await remove_from_owners(connection, users, key=definitions.erased.key, limit=_STEP) == 0:
                await erase_from_entered_absences(connection, person_id)
                await remove_publisher(connection, person_id)
                await remove_editor(connection, person_id)
                days = await _erase_days(connection, RepId(person_id), history.newest_rep)
                rosters = await _erase_from_rosters(connection, person_id, history)
                return ErasedScores(activities=activities, days=days, rosters=rosters)


async def _lock_definitions(connection: Connection, cache: DefinitionsCache, person_id: PersonId) -> Definitions:
    definitions = await cache.lock(connection)
    if is_listed(person_id, definitions.roster):
        raise StillInRoster(person_id)
    if await list_pending_rescores(connection, [RepId(person_id)]):
        raise StillRescoring(person_id)
    return definitions


async def _erase_days(connection: Connection, rep_id: RepId, newest_rep: Rep | None) -> int:
    """Delete the days of the rep; what they add up to for a team and a month stays. Also delete the announcements."""
    if newest_rep is not None:
        totals: Counter[TotalKey] = Counter()
        for day, counts in (await list_counts(connection, rep_id)).items():
            team, month = newest_rep.on(day).team, day.replace(day=1)
            for behaviour, count in counts.items():
                totals[team, month, behaviour] += count
        await add_totals(connection, totals)
    days = await delete_days(connection, rep_id)
    await delete_announcements_of(connection, rep_id)
    return days


async def _erase_from_rosters(connection: Connection, person_id: PersonId, history: PersonHistory) -> int:
    """Remove the person from old rosters, also from those that only mention them in a comment. Returns how many changed."""
    mention = mention_of((person_id, *history.names, *history.emails))
    mentioning = [roster for roster in await list_rosters(connection) if mention.search(roster.body)]
    for roster in mentioning:
        await update_roster(connection, roster.version, without_person(roster.body, person_id))
    return len(mentioning)
