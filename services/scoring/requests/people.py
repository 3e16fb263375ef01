"""The people of the roster as a page of rows."""

from collections.abc import Sequence

from services.scoring.domain.roster.contacts import PersonToday
from shared.requests.people import PersonPage, PersonQuery, PersonRow


def page_of_people(people: Sequence[PersonToday], query: PersonQuery) -> PersonPage:
    """Of people who are sorted by id. The page that comes last is not full."""
    asked = [
        person for person in people if query.person in (None, person.id) and (query.after is None or person.id > query.after)
    ][: query.limit]
    rows = tuple(
        PersonRow(
            person=person.id,
            name=person.name,
            role="manager" if person.is_manager else "rep",
            teams=person.teams,
            ways=tuple(contact.transport for contact in person.contacts.contacts),
            because=person.contacts.because,
        )
        for person in asked
    )
    return PersonPage(rows=rows, next_after=rows[-1].person if len(rows) == query.limit else None)
