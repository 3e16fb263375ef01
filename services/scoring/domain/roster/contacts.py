"""Who is reached where, and who is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.scoring.domain.roster.calendar import rep_day_of, team_day_of
from services.scoring.domain.roster.roster import Manager, Rep, Roster
from shared.events import PersonId, RepId, TeamId
from shared.languages.messages import gettext, marked
from shared.reach import Contacts

NOT_IN_ROSTER: Final = marked("the roster does not list them today")
NO_CONTACT: Final = marked("no email address or other way to reach them is known")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonToday:
    """A rep who is employed today, or a manager who leads a team today. Somebody may be both."""

    id: PersonId
    name: str
    is_manager: bool
    teams: tuple[TeamId, ...]
    contacts: Contacts


def contacts_of(roster: Roster, person_id: PersonId, *, now: datetime) -> Contacts:
    """The contacts of a person; somebody who is not there today has none."""
    entries = [entry for entry, _ in _entries_today(roster, now=now, person_id=person_id)]
    return _merge(entries, _unknown_contacts()) if entries else Contacts(because=gettext(NOT_IN_ROSTER))


def list_people(
    roster: Roster, *, now: datetime, person_id: PersonId | None = None, after: PersonId | None = None
) -> list[PersonToday]:
    """Everybody who is there today, by id; or only this person, or those whose ids come after another."""
    entries: dict[PersonId, list[tuple[Rep | Manager, TeamId]]] = {}
    for entry, team_id in _entries_today(roster, now=now, person_id=person_id, after=after):
        entries.setdefault(entry.id, []).append((entry, team_id))
    unknown = _unknown_contacts()
    return [
        PersonToday(
            id=person_id,
            name=of_person[0][0].name,
            is_manager=any(isinstance(entry, Manager) for entry, _ in of_person),
            teams=tuple(dict.fromkeys(team_id for _, team_id in of_person)),
            contacts=_merge([entry for entry, _ in of_person], unknown),
        )
        for person_id, of_person in sorted(entries.items())
    ]


def _unknown_contacts() -> Contacts:
    """Those of everybody whom the roster lists without any."""
    return Contacts(because=gettext(NO_CONTACT))


def _merge(entries: list[Rep | Manager], unknown: Contacts) -> Contacts:
    """Of somebody who is listed more than once, the first entry that has contacts; `unknown` if none has."""
    contacts = next((entry.reach for entry in entries if entry.reach), ())
    return Contacts(contacts=contacts) if contacts else unknown


def _entries_today(
    roster: Roster, *, now: datetime, person_id: PersonId | None = None, after: PersonId | None = None
) -> Iterator[tuple[Rep | Manager, TeamId]]:
    """What the roster lists today of everybody, of one person, or of those whose ids come after another: reps first, each entry
    with its team."""
    reps = roster.reps
    for rep_id in reps.keys() if person_id is None else reps.keys() & {RepId(person_id)}:
        if after is not None and rep_id <= after:
            continue
        if reps[rep_id].is_employed_on(today := rep_day_of(reps[rep_id], now)):
            yield reps[rep_id], reps[rep_id].on(today).team
    for team in roster.teams:
        for manager in team.managers:
            is_asked = person_id in (None, manager.id) and (after is None or manager.id > after)
            if is_asked and manager.leads_on(team_day_of(roster, team.id, now)):
                yield manager, team.id
