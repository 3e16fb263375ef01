"""Put a roster or playbooks in force, request that the days they touch are scored again, and announce what is new to reps."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.scoring.definitions.announce_playbooks import announce_playbooks, announce_wordings
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.entered_absences import delete_entered_days, list_entered
from services.scoring.definitions.pending_rescores import request_rescore
from services.scoring.definitions.stored_definitions import (
    add_playbooks,
    add_roster,
    add_wordings,
    bump_version,
    edition_of,
    find_roster,
    find_roster_file,
    list_publications,
)
from services.scoring.domain.definition_files.playbook_file import read_playbooks, refuse_unknown_teams
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.erased import find_erased
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.playbook.wordings import find_reworded, find_unexplained
from services.scoring.domain.roster.calendar import team_day_of
from services.scoring.domain.roster.entered_absences import stated_in_roster, with_entered_absences
from services.scoring.domain.roster.roster import EMPTY_ROSTER, Roster
from services.scoring.domain.roster.roster_changes import RosterChanges, changes_between
from services.scoring.domain.roster.roster_entries import find_lost_entries
from shared.errors import DaymarkError, Refusal
from shared.events import ManagerId, PersonId, RepId, TeamId
from shared.plurals import count_nouns
from shared.postgres.pool import Connection
from shared.requests.definitions import Applied

_ONE_DAY: Final = timedelta(days=1)
_NAMED_MAX: Final = 10
_STORED: Final = "stored roster"


class RevisionNeedsReason(Refusal):
    """A version that begins before today changes scores of the past. Let it begin today or later, or give --revise with the
    reason."""


class NotTheirTeam(Refusal):
    """You don't manage this team today, so you can't change its playbook. Ask whoever does."""


class PublishedMeanwhile(Refusal):
    """Somebody else has published a playbook for this team meanwhile. Look at what they changed, then publish yours again."""


class ErasedPersonInRoster(Refusal):
    """This id or CRM user belonged to a person who was erased, so their activities are not recorded. Use another id, or leave
    the user out. Nothing has changed."""


class EntriesMissing(DaymarkError):
    """The file lacks what was entered on pages, and nothing has changed. `daymark roster export` prints the roster with all of
    it: put it into your file and apply that. To remove it, apply the file with --replace."""


async def apply_roster(
    pool: asyncpg.Pool, cache: DefinitionsCache, text: str, *, file: str, replace_entries: bool = False, now: datetime
) -> Applied:
    """Put a roster in force. Absences that managers have entered stay, except for days that the roster states itself: for these
    it speaks alone from now on. With `replace_entries` it may lack what was entered on pages.

    Raises:
        DefinitionRefused: the file has mistakes; nothing has changed.
        EntriesMissing: it lacks what was entered on pages since the last file; nothing has changed.
        ErasedPersonInRoster: it lists somebody who was erased; nothing has changed.
    """
    roster = await asyncio.to_thread(read_roster, text, file=file)

    async def apply(connection: Connection, before: Definitions) -> Applied:
        lost = await _find_lost_entries(connection, roster)
        if lost and not replace_entries:
            raise EntriesMissing(_shortened(lost))
        applied = await put_roster_in_force(connection, before, roster, text, entered_by=None, now=now)
        return applied.model_copy(update={"lost": lost})

    return await _apply(pool, cache, apply)


async def put_roster_in_force(
    connection: Connection, before: Definitions, roster: Roster, text: str, *, entered_by: PersonId | None, now: datetime
) -> Applied:
    """Store the file of a roster, and request what follows from it. Needs the definitions locked.

    Raises:
        ErasedPersonInRoster: it lists somebody who was erased.
    """
    if (entry := find_erased(before.erased, before.roster, roster)) is not None:
        raise ErasedPersonInRoster(entry)
    await add_roster(connection, text, entered_by=entered_by, now=now)
    in_force = await _merge_entered_absences(connection, roster)
    changes = changes_between(before.roster, in_force)
    await _request_rescores(connection, changes, now=now)
    announced = await announce_playbooks(connection, replace(before, roster=in_force), changes.all, now=now)
    return Applied(summary=_summarize(roster, changes), reps_to_rescore=len(changes.all), reps_to_announce_to=announced)


async def _find_lost_entries(connection: Connection, after: Roster) -> tuple[str, ...]:
    """What was entered on pages since the last file, and the roster lacks. Absences that managers enter stand beside it."""
    stored = await find_roster(connection)
    if stored is None or stored.entered_by is None:
        return ()
    body = await find_roster_file(connection)
    last_file = EMPTY_ROSTER if body is None else await asyncio.to_thread(read_roster, body, file=_STORED)
    return find_lost_entries(last_file, await asyncio.to_thread(read_roster, stored.body, file=_STORED), after)


def _shortened(entries: tuple[str, ...]) -> str:
    named, more = entries[:_NAMED_MAX], len(entries) - _NAMED_MAX
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


async def _merge_entered_absences(connection: Connection, roster: Roster) -> Roster:
    entered = {absence.entered_day for absence in await list_entered(connection)}
    redundant = stated_in_roster(roster, entered)
    await delete_entered_days(connection, redundant)
    return with_entered_absences(roster, entered.difference(redundant))


async def _request_rescores(connection: Connection, changes: RosterChanges, *, now: datetime) -> None:
    first, last = date.min, date.max
    await request_rescore(
        connection,
        changes.to_reassign,
        first=first,
        last=last,
        needs_reassignment=True,
        now=now,
        lost_identities=changes.lost_identities,
    )
    await request_rescore(connection, changes.to_rescore, first=first, last=last, needs_reassignment=False, now=now)
    # Today, in whatever time zone the rep is.
    yesterday, tomorrow = now.date() - _ONE_DAY, now.date() + _ONE_DAY
    await request_rescore(connection, changes.to_report, first=yesterday, last=tomorrow, needs_reassignment=False, now=now)


def _summarize(roster: Roster, changes: RosterChanges) -> str:
    changed = len(changes.all) - len(changes.joined) - len(changes.removed)
    reps, teams = count_nouns(len(roster.reps), "rep"), count_nouns(len(roster.teams), "team")
    return f"{reps} in {teams}: {len(changes.joined)} new, {changed} changed, {len(changes.removed)} removed"


async def apply_playbooks(
    pool: asyncpg.Pool,
    cache: DefinitionsCache,
    text: str,
    *,
    file: str,
    revise: str = "",
    published_by: ManagerId | None = None,
    edition: str | None = None,
    now: datetime,
) -> Applied:
    """Put the playbooks of a file in force, each from its date on. A version replaces an earlier one of the same team and date.
    One that differs from it only in the manager's words is no new version: no day is scored again, and nobody is notified.

    Raises:
        DefinitionRefused: the file has mistakes, or a new version is for a team that the roster lacks; nothing has changed.
        RevisionNeedsReason: a version begins in the past, and its team has been judged there already.
        NotTheirTeam: whoever publishes it does not manage the team today.
        PublishedMeanwhile: something was published for a team since the edition, if there is one.
    """
    playbooks = await asyncio.to_thread(read_playbooks, text, file=file)

    async def apply(connection: Connection, before: Definitions) -> Applied:
        changed = [playbook for playbook in playbooks if playbook not in before.playbooks.of(playbook.team)]
        refuse_unknown_teams(text, changed, before.roster.team_ids, file=file)
        for team_id in {playbook.team for playbook in playbooks}:
            if published_by is not None:
                _refuse_others(before, team_id, published_by, now=now)
            if edition not in {None, edition_of(await list_publications(connection, team_id))}:
                raise PublishedMeanwhile(team_id)
        changes = _Changes.between(before, changed, revise, now=now)
        return await _store(connection, before, playbooks, changes, text, published_by=published_by, now=now)

    return await _apply(pool, cache, apply)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Changes:
    """Versions that are `new`, and known versions that are `reworded`: only the manager's words in them are new."""

    new: Sequence[Playbook]
    reworded: Sequence[Playbook]

    @classmethod
    def between(cls, before: Definitions, changed: Sequence[Playbook], revise: str, *, now: datetime) -> "_Changes":
        reworded = [known for playbook in changed if (known := find_reworded(playbook, before.playbooks)) is not None]
        new = [playbook for playbook in changed if playbook not in reworded]
        return cls(new=_with_reasons(new, before, revise, now=now), reworded=reworded)


async def _store(
    connection: Connection,
    before: Definitions,
    playbooks: Sequence[Playbook],
    changes: _Changes,
    text: str,
    *,
    published_by: ManagerId | None,
    now: datetime,
) -> Applied:
    new, reworded = changes.new, changes.reworded
    if new:
        new = await add_playbooks(connection, new, text, published_by=published_by, now=now)
    if reworded:
        reworded = await add_wordings(connection, reworded, text, published_by=published_by, now=now)
    reps_to_rescore = await _request_rescores_of(connection, new, before, now=now)
    after = replace(before, playbooks=before.playbooks.with_versions([*new, *reworded]))
    announced = await announce_playbooks(connection, after, reps_to_rescore, now=now)
    await announce_wordings(connection, after, reworded, now=now)
    notes = {playbook: " (unchanged)" for playbook in playbooks if playbook not in [*new, *reworded]}
    notes |= dict.fromkeys(reworded, " (only words changed)")
    return Applied(
        summary=", ".join(f"{each.team} from {each.effective_from}{notes.get(each, '')}" for each in playbooks),
        reps_to_rescore=len(reps_to_rescore),
        reps_to_announce_to=announced,
        unexplained=tuple(label for version in new for label in find_unexplained(_version_before(version, before), version)),
    )


def _refuse_others(before: Definitions, team_id: TeamId, manager_id: ManagerId, *, now: datetime) -> None:
    if not before.roster.is_managed_by(team_id, manager_id, team_day_of(before.roster, team_id, now)):
        raise NotTheirTeam(team_id)


def _with_reasons(playbooks: Sequence[Playbook], before: Definitions, revise: str, *, now: datetime) -> list[Playbook]:
    """The versions, each with the reason if it begins in the past."""
    revisions = [playbook for playbook in playbooks if is_revision(playbook, before, now=now)]
    if revisions and not revise:
        raise RevisionNeedsReason(f"{revisions[0].team} from {revisions[0].effective_from}")
    revised = {id(playbook) for playbook in revisions}
    return [replace(playbook, revises=revise if id(playbook) in revised else "") for playbook in playbooks]


async def _request_rescores_of(
    connection: Connection, versions: Sequence[Playbook], before: Definitions, *, now: datetime
) -> set[RepId]:
    reps_by_days: dict[tuple[date, date], set[RepId]] = defaultdict(set)
    for playbook in versions:
        reps_by_days[_days_in_force(playbook, before)].update(rep.id for rep in before.roster.reps_of(playbook.team))
    for (first, last), rep_ids in reps_by_days.items():
        await request_rescore(connection, rep_ids, first=first, last=last, needs_reassignment=False, now=now)
    return set[RepId]().union(*reps_by_days.values())


def _version_before(version: Playbook, before: Definitions) -> Playbook | None:
    return before.playbooks.in_force(version.team, version.effective_from)


def is_revision(playbook: Playbook, before: Definitions, *, now: datetime) -> bool:
    """Whether the version begins in the past on any rep's calendar, and a version of the team has begun before today."""
    today = team_day_of(before.roster, playbook.team, now)
    return playbook.effective_from < today and before.playbooks.in_force(playbook.team, today) is not None


def _days_in_force(playbook: Playbook, before: Definitions) -> tuple[date, date]:
    """The first and the last day on which the version will be in force."""
    following = [
        version.effective_from
        for version in before.playbooks.of(playbook.team)
        if version.effective_from > playbook.effective_from
    ]
    return playbook.effective_from, min(following) - _ONE_DAY if following else date.max


async def _apply(
    pool: asyncpg.Pool, cache: DefinitionsCache, apply: Callable[[Connection, Definitions], Awaitable[Applied]]
) -> Applied:
    """Everybody else waits only until the change is stored; the scores that follow from it are computed in the background."""
    async with pool.acquire() as connection, connection.transaction():
        applied = await apply(connection, await cache.lock(connection))
        await bump_version(connection)
    return applied
