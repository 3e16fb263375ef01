"""Put a roster or playbooks in force, ask for every day that they touch to be scored anew in the background, and announce to
every rep what is new to them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import asyncpg

from services.scoring import store
from services.scoring.definitions.announce_playbooks import announce_playbooks
from services.scoring.definitions.cache import DefinitionsCache, lock_definitions
from services.scoring.definitions.pending_rescores import request_rescore
from services.scoring.domain.day import Definitions
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.erased import forgotten_in
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.domain.roster.roster_changes import RosterChanges, changes_between
from shared.errors import DaymarkError
from shared.postgres.pool import Connection
from shared.requests.client import Applied

_ONE_DAY = timedelta(days=1)


class RevisionNeedsReason(DaymarkError):
    """A version that begins before today judges days anew that have been judged. Let it begin today or later, or give
    --revise with the reason."""


class ForgottenInRoster(DaymarkError):
    """This id, or this user of a CRM, was somebody's who is forgotten, and what they do is not taken in. Give another id, or
    leave the user out; nothing has changed."""


async def apply_roster(pool: asyncpg.Pool, cache: DefinitionsCache, text: str, *, file: str, now: datetime) -> Applied:
    """Put a roster in force.

    Raises:
        DefinitionRefused: the file is wrong; nothing has changed.
        ForgottenInRoster: it holds somebody who is forgotten.
    """
    roster = read_roster(text, file=file)

    async def keep(connection: Connection, before: Definitions) -> Applied:
        if (who := forgotten_in(before.forgotten, before.roster, roster)) is not None:
            raise ForgottenInRoster(who)
        after = replace(before, roster=roster)
        await connection.execute(store.QUERIES["add_roster"], text, now)
        changes = changes_between(before.roster, roster)
        always = {"first": date.min, "last": date.max}
        await request_rescore(connection, changes.placed_anew, **always, places=True, now=now)
        await request_rescore(connection, changes.scored_anew, **always, places=False, now=now)
        today = {"first": now.date() - _ONE_DAY, "last": now.date() + _ONE_DAY}  # theirs, in whatever zone
        await request_rescore(connection, changes.described_anew, **today, places=False, now=now)
        told = await announce_playbooks(connection, after, changes.all, now=now)
        said = _said(changes, reps=len(roster.reps), teams=len(roster.teams))
        return Applied(summary=said, reps_to_rescore=len(changes.all), reps_to_tell=told)

    return await _apply(pool, cache, keep)


def _said(changes: RosterChanges, *, reps: int, teams: int) -> str:
    changed = len(changes.all) - len(changes.joined) - len(changes.gone)
    return f"{reps} reps in {teams} teams: {len(changes.joined)} new, {changed} changed, {len(changes.gone)} gone"


async def apply_playbooks(
    pool: asyncpg.Pool, cache: DefinitionsCache, text: str, *, file: str, revise: str = "", now: datetime
) -> Applied:
    """Put the playbooks of a file in force, each from its date on; the same team and date again replaces.

    Raises:
        DefinitionRefused: the file is wrong; nothing has changed.
        RevisionNeedsReason: one begins in the past, where its team has been judged already.
    """
    playbooks = read_playbooks(text, file=file)

    async def keep(connection: Connection, before: Definitions) -> Applied:
        fresh = [one for one in playbooks if one not in before.playbooks.of(one.team)]
        reps: set[str] = set()
        playbooks_after = before.playbooks
        for playbook in fresh:
            is_revision = _judges_anew(playbook, before, now=now)
            if is_revision and not revise:
                raise RevisionNeedsReason(f"{playbook.team} from {playbook.effective_from}")
            reason = revise if is_revision else ""
            kept = playbook.team, playbook.effective_from, text, reason, now
            number = await connection.fetchval(store.QUERIES["add_playbook"], *kept)
            playbooks_after = playbooks_after.with_version(replace(playbook, revises=reason, number=number))
            first, last = _span_of(playbook, before)
            members = {rep.id for rep in before.roster.reps_of(playbook.team)}
            await request_rescore(connection, members, first=first, last=last, places=False, now=now)
            reps |= members
        told = await announce_playbooks(connection, replace(before, playbooks=playbooks_after), reps, now=now)
        said = ", ".join(f"{one.team} from {one.effective_from}{'' if one in fresh else ' (as it was)'}" for one in playbooks)
        return Applied(summary=said, reps_to_rescore=len(reps), reps_to_tell=told)

    return await _apply(pool, cache, keep)


def _judges_anew(playbook: Playbook, before: Definitions, *, now: datetime) -> bool:
    """Whether it begins in the past, on anybody's calendar, and the team has had a version that has begun."""
    today = min((rep_day_of(rep, now) for rep in before.roster.reps_of(playbook.team)), default=now.date())
    return playbook.effective_from < today and before.playbooks.in_force(playbook.team, today) is not None


def _span_of(playbook: Playbook, before: Definitions) -> tuple[date, date]:
    """The days that the version will be in force on."""
    later = [one.effective_from for one in before.playbooks.of(playbook.team) if one.effective_from > playbook.effective_from]
    return playbook.effective_from, min(later) - _ONE_DAY if later else date.max


async def _apply(
    pool: asyncpg.Pool, cache: DefinitionsCache, keep: Callable[[Connection, Definitions], Awaitable[Applied]]
) -> Applied:
    """Everybody else waits only until the version is kept; what follows from it is done in the background."""
    async with pool.acquire() as connection, connection.transaction():
        await lock_definitions(connection)
        applied = await keep(connection, await cache.read(connection))
        await connection.execute(store.QUERIES["bump_definitions_version"])
    return applied
