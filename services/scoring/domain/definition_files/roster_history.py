"""Rosters as they were applied one after the other, and what they tell of one person."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import yaml

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definition_files.yaml_document import read_documents
from services.scoring.domain.roster.roster import Identity, Manager, Rep, Roster
from shared.privacy.erasure import mention_of


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterVersion:
    """One that was applied, as its author wrote it."""

    version: int
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What rosters tell of a rep or a manager. `newest` is the rep as the last roster had them that did."""

    versions: tuple[RosterVersion, ...]
    newest: Rep | None
    names: tuple[str, ...]
    emails: tuple[str, ...]
    identities: tuple[Identity, ...]


def remember(person_id: str, rosters: Sequence[RosterVersion]) -> Remembered:
    """What these rosters, the newest first, tell of a person."""
    telling: list[RosterVersion] = []
    reps: list[Rep] = []
    managers: list[Manager] = []
    mention = mention_of([person_id])
    for one in rosters:
        if not mention.search(one.body):
            continue  # reading it would take long
        roster = read_roster(one.body, file="stored roster")
        found_reps, found_managers = _entries(person_id, roster)
        if found_reps or found_managers:
            telling.append(one)
            reps += found_reps
            managers += found_managers
    people: list[Rep | Manager] = [*reps, *managers]
    return Remembered(
        versions=tuple(telling),
        newest=reps[0] if reps else None,
        names=_once(person.name for person in people),
        emails=_once(person.email for person in people if person.email is not None),
        identities=tuple(dict.fromkeys(identity for rep in reps for identity in rep.identities)),
    )


def list_newest(rep_ids: Set[str], rosters: Sequence[RosterVersion]) -> dict[str, Rep]:
    """These reps as the first of these rosters has them that does, so far as any does."""
    found: dict[str, Rep] = {}
    for one in rosters:
        missing = rep_ids - found.keys()
        if missing and mention_of(missing).search(one.body):
            reps = read_roster(one.body, file="stored roster").reps
            found |= {rep_id: reps[rep_id] for rep_id in missing & reps.keys()}
    return found


def is_named(person_id: str, roster: Roster) -> bool:
    """Whether the roster holds the person, as a rep or as a manager."""
    return any(_entries(person_id, roster))


def without_person(body: str, person_id: str) -> str:
    """The roster file without the person and without comments, which may name them too; otherwise it says the same."""
    (document,) = read_documents(body, file="stored roster")
    content = document.content
    for team in content["teams"]:
        for people in ("managers", "reps"):
            if people in team:
                team[people] = [person for person in team[people] if person["id"] != person_id]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _entries(person_id: str, roster: Roster) -> tuple[list[Rep], list[Manager]]:
    rep = roster.reps.get(person_id)
    managers = [manager for team in roster.teams for manager in team.managers if manager.id == person_id]
    return [rep] if rep is not None else [], managers


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
