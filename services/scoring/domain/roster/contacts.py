"""Who is reached where, and who is not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from services.scoring.domain.roster.calendar import rep_day_of, team_day_of
from services.scoring.domain.roster.roster import Manager, Rep, Roster
from shared.events import PersonId, RepId
from shared.reach import Contacts

NOT_IN_ROSTER: Final = "the roster does not list them today"
NO_CONTACT: Final = "the roster has neither `reach` nor an email for them"


def contacts_of(roster: Roster, person_id: PersonId, *, now: datetime) -> Contacts:
    """The contacts of a rep who is employed today, or of a manager who leads a team today. Of somebody who is listed more than
    once, the first entry that has any."""
    entries = list(_entries_today(roster, person_id, now=now))
    if not entries:
        return Contacts(because=NOT_IN_ROSTER)
    contacts = next((entry.reach for entry in entries if entry.reach), ())
    return Contacts(contacts=contacts, because="" if contacts else NO_CONTACT)


def _entries_today(roster: Roster, person_id: PersonId, *, now: datetime) -> Iterator[Rep | Manager]:
    rep = roster.reps.get(RepId(person_id))
    if rep is not None and rep.is_employed_on(rep_day_of(rep, now)):
        yield rep
    for team in roster.teams:
        for manager in team.managers:
            if manager.id == person_id and manager.leads_on(team_day_of(roster, team.id, now)):
                yield manager
