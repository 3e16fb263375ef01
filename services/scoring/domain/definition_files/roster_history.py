"""Rosters as they were applied, and what they say about one person."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final

import yaml

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definition_files.yaml_document import read_documents
from services.scoring.domain.roster.roster import Identity, Manager, Rep, Roster
from shared.events import PersonId, RepId, TeamId
from shared.privacy.erasure import mention_of

_STORED: Final = "stored roster"


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterVersion:
    """A roster that was applied, as its author wrote it."""

    version: int
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonHistory:
    """What rosters say about a rep or a manager. `versions` are those that list the person, the newest first; `newest_rep`
    is the rep as the newest of them has it."""

    versions: tuple[RosterVersion, ...]
    newest_rep: Rep | None
    names: tuple[str, ...]
    emails: tuple[str, ...]
    identities: tuple[Identity, ...]


def collect_history(person_id: PersonId, rosters: Sequence[RosterVersion]) -> PersonHistory:
    """What these rosters, the newest first, say about a person."""
    versions: list[RosterVersion] = []
    reps: list[Rep] = []
    managers: list[Manager] = []
    mention = mention_of([person_id])
    for roster_version in rosters:
        if not mention.search(roster_version.body):
            continue  # parsing it would take long
        roster = read_roster(roster_version.body, file=_STORED)
        rep_entries, manager_entries = _entries(person_id, roster)
        if rep_entries or manager_entries:
            versions.append(roster_version)
            reps += rep_entries
            managers += manager_entries
    people: list[Rep | Manager] = [*reps, *managers]
    return PersonHistory(
        versions=tuple(versions),
        newest_rep=reps[0] if reps else None,
        names=_unique(person.name for person in people),
        emails=_unique(person.email for person in people if person.email is not None),
        identities=tuple(dict.fromkeys(identity for rep in reps for identity in rep.identities)),
    )


def find_newest_reps(rep_ids: Set[RepId], rosters: Sequence[RosterVersion]) -> dict[RepId, Rep]:
    """These reps as the newest roster has them that lists them. Reps whom no roster lists are left out."""
    newest: dict[RepId, Rep] = {}
    for roster_version in rosters:
        missing = rep_ids - newest.keys()
        if missing and mention_of(missing).search(roster_version.body):
            reps = read_roster(roster_version.body, file=_STORED).reps
            newest |= {rep_id: reps[rep_id] for rep_id in missing & reps.keys()}
    return newest


def has_listed_team(team_id: TeamId, rosters: Sequence[RosterVersion]) -> bool:
    """Whether one of these rosters has the team."""
    mention = mention_of([team_id])
    candidates = [roster_version for roster_version in rosters if mention.search(roster_version.body)]
    return any(team_id in read_roster(candidate.body, file=_STORED).team_ids for candidate in candidates)


def list_people(rosters: Iterable[RosterVersion]) -> set[PersonId]:
    """The ids of all reps and managers of these rosters."""
    return {person_id for roster_version in rosters for person_id in read_roster(roster_version.body, file=_STORED).people}


def is_listed(person_id: PersonId, roster: Roster) -> bool:
    """Whether the roster lists the person, as a rep or as a manager."""
    return any(_entries(person_id, roster))


def without_person(body: str, person_id: PersonId) -> str:
    """The roster file without the person, and without comments, which may name the person too."""
    (document,) = read_documents(body, file=_STORED)
    content = document.content
    for team in content["teams"]:
        for people in ("managers", "reps"):
            if people in team:
                team[people] = [person for person in team[people] if person["id"] != person_id]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _entries(person_id: PersonId, roster: Roster) -> tuple[list[Rep], list[Manager]]:
    rep = roster.reps.get(RepId(person_id))
    managers = [manager for team in roster.teams for manager in team.managers if manager.id == person_id]
    return [rep] if rep is not None else [], managers


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
