"""Whether a name that somebody wrote by hand is one that a roster has, and which names are similar if it is not."""

from collections.abc import Set
from datetime import datetime

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import list_rosters
from services.scoring.domain.definition_files.roster_history import RosterVersion, collect_history, has_listed_team
from services.scoring.domain.roster.calendar import team_day_of
from services.scoring.domain.roster.roster import Roster
from shared.errors import DaymarkError, Refusal
from shared.events import ManagerId, RepId
from shared.observation import SourceName
from shared.requests.definitions import NamesQuery
from shared.suggestions import with_suggestion


class NoSuchRep(Refusal):
    """The roster has no rep with this id. `daymark scores` lists the reps with a score."""


class NoSuchTeam(Refusal):
    """The roster has no team with this id. `daymark playbook list` lists the teams with a playbook."""


class NoSuchManager(DaymarkError):
    """The roster has nobody with this id who leads a team today or later. The roster file lists the managers of each team."""


class PersonNotInRoster(Refusal):
    """The roster has neither a rep nor a manager with this id. The roster file lists both."""


class NoSuchSource(DaymarkError):
    """No source with this name is configured, and no rep of the roster has an identity in it. Correct the name, or give
    the reps identities in this source first."""


async def check_names(pool: asyncpg.Pool, cache: DefinitionsCache, query: NamesQuery, *, now: datetime) -> None:
    """Reps, teams and people may also stand in an earlier roster: what they did is still stored. A manager must lead a team
    today or later, since the pages of a former one no longer open.

    Raises:
        NoSuchRep: no roster has the rep.
        NoSuchTeam: no roster has the team.
        NoSuchManager: the roster has no such manager.
        PersonNotInRoster: no roster has the person, as a rep or as a manager.
        NoSuchSource: the source is neither configured nor in the roster, although there are others.
    """
    async with pool.acquire() as connection:
        roster = (await cache.read(connection)).roster
        rosters = [] if _has_all(roster, query) else await list_rosters(connection)
    if query.source is not None:
        _check_source(query.source, {*query.configured, *roster.sources})
    if query.manager is not None:
        _check_manager(query.manager, roster, now=now)
    if query.rep is not None and query.rep not in roster.reps and not _was_rep(query.rep, rosters):
        raise NoSuchRep(with_suggestion(query.rep, roster.reps))
    if query.team is not None and query.team not in roster.team_ids and not has_listed_team(query.team, rosters):
        raise NoSuchTeam(with_suggestion(query.team, roster.team_ids))
    if query.person is not None and query.person not in roster.people and not collect_history(query.person, rosters).versions:
        raise PersonNotInRoster(with_suggestion(query.person, roster.people))


def _has_all(roster: Roster, query: NamesQuery) -> bool:
    """Whether the roster in force has every rep, team and person, so that no earlier one is needed."""
    return (
        (query.rep is None or query.rep in roster.reps)
        and (query.team is None or query.team in roster.team_ids)
        and (query.person is None or query.person in roster.people)
    )


def _check_manager(manager_id: ManagerId, roster: Roster, *, now: datetime) -> None:
    current = {
        manager.id
        for team in roster.teams
        for manager in team.managers
        if manager.last is None or manager.last >= team_day_of(roster, team.id, now)
    }
    if manager_id in current:
        return
    if RepId(manager_id) in roster.reps:
        raise NoSuchManager(f"{manager_id} (a rep, whose own page `daymark you {manager_id}` opens)")
    raise NoSuchManager(with_suggestion(manager_id, current))


def _check_source(source: SourceName, known: Set[SourceName]) -> None:
    if known and source not in known:
        raise NoSuchSource(with_suggestion(source, known))


def _was_rep(rep_id: RepId, rosters: list[RosterVersion]) -> bool:
    return collect_history(rep_id, rosters).newest_rep is not None
