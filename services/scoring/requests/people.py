"""The people of the roster as a page of rows."""

from collections.abc import Sequence

from services.scoring.domain.roster.contacts import PersonToday
from services.scoring.domain.roster.roster import Roster
from services.scoring.domain.roster.visitors import Visitor
from shared.requests.people import NamedPerson, NamedTeam, PersonPage, PersonQuery, PersonRow, RosteredPerson, RosterExcerpt


def page_of_people(people: Sequence[PersonToday], query: PersonQuery) -> PersonPage:
    """Of people who are sorted by id. The page that comes last is not full."""
    asked = [
        person for person in people if query.person in (None, person.id) and (query.after is None or person.id > query.after)
    ][: query.limit]
    rows = tuple(person_row(person) for person in asked)
    return PersonPage(rows=rows, next_after=rows[-1].person if len(rows) == query.limit else None)


def person_row(person: PersonToday) -> PersonRow:
    """The same, as a row."""
    return PersonRow(
        person=person.id,
        name=person.name,
        role="manager" if person.is_manager else "rep",
        teams=person.teams,
        ways=tuple(contact.transport for contact in person.contacts.contacts),
        because=person.contacts.because,
    )


def excerpt_of(visitors: Sequence[Visitor], roster: Roster) -> RosterExcerpt:
    """The same, as a reply, with the names of the teams that the first visitor manages."""
    managed = visitors[0].manages if visitors else ()
    return RosterExcerpt(
        people=tuple(
            RosteredPerson(
                id=visitor.id,
                name=visitor.name,
                team=visitor.team,
                manages=visitor.manages,
                colleagues=visitor.colleagues,
            )
            for visitor in visitors
        ),
        teams=tuple(NamedTeam(id=team.id, name=team.name) for team in roster.teams if team.id in managed),
    )


def named_person(person: PersonToday | None) -> NamedPerson:
    """The same, as a reply."""
    if person is None:
        return NamedPerson()
    return NamedPerson(person=person.id, name=person.name, contacts=person.contacts.contacts)
