"""Put a roster or playbooks in force, and bring every activity and day up to date with them, in one transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import asyncpg

from services.scoring import store
from services.scoring.domain.counting import Place
from services.scoring.domain.day import Definitions
from services.scoring.domain.definition_files import read_playbooks, read_roster
from services.scoring.domain.derivation import derive
from services.scoring.domain.roster import Roster
from services.scoring.score_days import Cause, score_days
from services.scoring.store import ActivityRow, DefinitionsCache
from services.scoring.turn_days import turn_days_within
from shared.postgres import Connection
from shared.requests import Applied


async def apply_roster(pool: asyncpg.Pool, cache: DefinitionsCache, text: str, *, file: str, now: datetime) -> Applied:
    """Put a roster in force.

    Raises:
        DefinitionRefused: the file is wrong; nothing has changed.
    """
    roster = read_roster(text, file=file)

    async def keep(connection: Connection, before: Definitions) -> str:
        await connection.execute(store.QUERIES["add_roster"], text, now)
        return _roster_changes(before.roster, roster)

    return await _apply(pool, cache, keep, now=now)


async def apply_playbooks(pool: asyncpg.Pool, cache: DefinitionsCache, text: str, *, file: str, now: datetime) -> Applied:
    """Put the playbooks of a file in force, each from its date on; the same team and date again replaces.

    Raises:
        DefinitionRefused: the file is wrong; nothing has changed.
    """
    playbooks = read_playbooks(text, file=file)

    async def keep(connection: Connection, _: Definitions) -> str:
        rows = [(playbook.team, playbook.effective_from, text, now) for playbook in playbooks]
        await connection.executemany(store.QUERIES["add_playbook"], rows)
        return ", ".join(f"{playbook.team} from {playbook.effective_from}" for playbook in playbooks)

    return await _apply(pool, cache, keep, now=now)


async def _apply(
    pool: asyncpg.Pool,
    cache: DefinitionsCache,
    keep: Callable[[Connection, Definitions], Awaitable[str]],
    *,
    now: datetime,
) -> Applied:
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_definitions(connection)
        what = await keep(connection, await cache.read(connection))
        await connection.execute(store.QUERIES["bump_definitions_version"])
        definitions = await DefinitionsCache().read(connection)  # not ours to cache: this may yet be rolled back
        touched = await _derive_anew(connection, definitions)
        rows = await connection.fetch(store.QUERIES["list_places"])
        touched |= {Place(row["rep_id"], row["day"]) for row in rows}
        days = await score_days(connection, definitions, dict.fromkeys(touched, Cause(redefined=True)), now=now)
        turned = await turn_days_within(connection, definitions, now=now)
    return Applied(summary=f"{what}; {days} days scored anew, {turned.opened} opened", days_rescored=days)


async def _derive_anew(connection: Connection, definitions: Definitions) -> set[Place]:
    """Place and count every activity under the new definitions. Returns the days that gained or lost one."""
    touched: set[Place] = set()
    async for chunk in store.list_activities(connection):
        changed = []
        for row in chunk:
            source, account, _ = row.key
            derived = derive(row.states, source=source, account=account, definitions=definitions)
            if derived != row.derived:
                changed.append(ActivityRow(key=row.key, states=row.states, derived=derived))
                touched |= {where for where in (row.derived.place, derived.place) if where is not None}
        if changed:
            await store.update_activities(connection, changed)
    return touched


def _roster_changes(before: Roster, after: Roster) -> str:
    joined = after.reps.keys() - before.reps.keys()
    left = before.reps.keys() - after.reps.keys()
    changed = [rep_id for rep_id in after.reps.keys() & before.reps.keys() if after.reps[rep_id] != before.reps[rep_id]]
    return f"{len(after.reps)} reps in {len(after.teams)} teams: {len(joined)} new, {len(changed)} changed, {len(left)} gone"
