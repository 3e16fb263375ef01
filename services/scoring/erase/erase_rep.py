"""Erase somebody who was in the roster, and keep out what may still be said of them.

First they are marked as forgotten: from then on nothing of theirs is taken in. Then what is there is erased, in steps that hold
nobody up for long; the rosters that name them go last, since only these know what else was theirs. So it may be stopped
anywhere and asked for again.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from services.scoring import store
from services.scoring.definitions.cache import DefinitionsCache, lock_definitions
from services.scoring.definitions.pending_rescores import waiting_to_be_scored
from services.scoring.definitions.stored_definitions import list_rosters
from services.scoring.domain.day import Definitions
from services.scoring.domain.definition_files.roster_history import Remembered, is_named, remember, without_person
from services.scoring.domain.erased import Kind, tombstone_of_user
from services.scoring.domain.roster.roster import Identity, Rep, Roster
from services.scoring.erase.mark_erased import mark_forgotten
from services.scoring.store import QUERIES
from shared.errors import DaymarkError
from shared.postgres.pool import Connection
from shared.privacy.erasure import mention_of, tombstone_of_person

_AT_ONCE: Final = 1_000
"""Whoever records observations waits while so many activities are erased: some 10 ms."""


class StillInRoster(DaymarkError):
    """The roster still holds them. Take them out first with `daymark roster apply`, then forget them."""


class StillRescored(DaymarkError):
    """Their days are still being scored anew, since the roster changed. Ask again in a moment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Theirs:
    """Users that were a person's. `kept` are somebody else's by now; `held` are so in one account of a source of theirs."""

    users: tuple[Identity, ...]
    kept: tuple[Identity, ...]
    held: tuple[Identity, ...]

    @property
    def columns(self) -> tuple[list[str], list[str | None], list[str], list[str], list[str | None], list[str]]:
        """As the queries about activities of users take them."""
        return (
            [one.source for one in self.users],
            [one.account for one in self.users],
            [one.user for one in self.users],
            [one.source for one in self.held],
            [one.account for one in self.held],
            [one.user for one in self.held],
        )


def theirs(remembered: Remembered, roster: Roster) -> Theirs:
    """Which users are still the person's, by the roster in force."""

    def is_kept(one: Identity) -> bool:
        return roster.rep_of(source=one.source, account=one.account or "", actor=one.user) is not None

    users = [one for one in remembered.identities if not is_kept(one)]
    names = {(one.source, one.user) for one in users}
    return Theirs(
        users=tuple(users),
        kept=tuple(one for one in remembered.identities if is_kept(one)),
        held=tuple(one for rep in roster.reps.values() for one in rep.identities if (one.source, one.user) in names),
    )


async def begin_forgetting_rep(pool: asyncpg.Pool, cache: DefinitionsCache, person_id: str, *, now: datetime) -> ErasedScores:
    """Take nothing of theirs in any more, and send no report of theirs out.

    Raises:
        NoForgetKey: there is none.
        StillInRoster: take them out first.
        StillRescored: whose activities these are is still being found.
    """
    async with pool.acquire() as connection, connection.transaction():
        definitions = await _locked(connection, cache, person_id)
        remembered = remember(person_id, await list_rosters(connection))
        key = definitions.forgotten.key
        users = theirs(remembered, definitions.roster).users
        of_users: list[tuple[Kind, bytes]] = [
            ("user", tombstone_of_user(key, one.source, one.account, one.user)) for one in users
        ]
        tombstones = [("person", tombstone_of_person(key, person_id)), *of_users]
        await mark_forgotten(connection, definitions, tombstones, now=now)
        await connection.execute(QUERIES["delete_reports_of"], person_id)
        await connection.execute(QUERIES["update_reports_led_by"], person_id)
    return ErasedScores()


async def finish_forgetting_rep(pool: asyncpg.Pool, cache: DefinitionsCache, person_id: str) -> ErasedScores:
    """Erase what is there.

    Raises:
        StillInRoster: take them out first.
        StillRescored: whose activities these are is still being found.
    """
    async with pool.acquire() as connection:
        remembered = remember(person_id, await list_rosters(connection))
    activities = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            definitions = await _locked(connection, cache, person_id)
            of_users = theirs(remembered, definitions.roster).columns
            erased = int((await connection.execute(QUERIES["delete_activities_of_users"], *of_users, _AT_ONCE)).split()[-1])
            activities += erased
            if erased == 0:
                days = await _erase_days(connection, person_id, remembered.newest)
                rosters = await _erase_from_rosters(connection, person_id, remembered)
                return ErasedScores(activities=activities, days=days, rosters=rosters)


async def _locked(connection: Connection, cache: DefinitionsCache, person_id: str) -> Definitions:
    await lock_definitions(connection)
    definitions = await cache.read(connection)
    if is_named(person_id, definitions.roster):
        raise StillInRoster(person_id)
    if await waiting_to_be_scored(connection, [person_id]):
        raise StillRescored(person_id)
    return definitions


async def _erase_days(connection: Connection, person_id: str, rep: Rep | None) -> int:
    """Their days, of which only what they add up to for a team and a month is kept, and what they were told of."""
    if rep is not None:
        totals: Counter[tuple[str, date, str]] = Counter()
        for row in await connection.fetch(QUERIES["list_days_of"], person_id):
            team, month = rep.on(row["day"]).team, row["day"].replace(day=1)
            for behaviour, times in store.read_counts(row["counts"]).items():
                totals[team, month, behaviour] += times
        columns = [[key[number] for key in totals] for number in range(3)]
        await connection.execute(QUERIES["add_totals"], *columns, list(totals.values()))
    days = int((await connection.execute(QUERIES["delete_days_of"], person_id)).split()[-1])
    await connection.execute(QUERIES["delete_progress_of"], person_id)
    await connection.execute(QUERIES["delete_announcements_of"], person_id)
    return days


async def _erase_from_rosters(connection: Connection, person_id: str, remembered: Remembered) -> int:
    """Old rosters without them; also those that only mention them, in a comment."""
    mention = mention_of((person_id, *remembered.names, *remembered.emails))
    changed = [one for one in await list_rosters(connection) if mention.search(one.body)]
    for one in changed:
        await connection.execute(QUERIES["update_roster"], one.version, without_person(one.body, person_id))
    return len(changed)
