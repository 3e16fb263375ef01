"""People as pages of rows."""

from services.scoring.domain.roster.contacts import PersonToday
from services.scoring.requests.people import page_of_people
from shared.events import PersonId
from shared.reach import ContactPoint, Contacts
from shared.requests.people import PersonQuery
from tests.services.scoring.domain.builders import NORTH

PEOPLE = [
    PersonToday(
        id=PersonId(name),
        name=name.capitalize(),
        is_manager=name == "mara",
        teams=(NORTH,),
        contacts=Contacts(contacts=(ContactPoint(transport="mail", address=f"{name}@example.com"),)),
    )
    for name in ("ana", "ben", "mara")
]


def test_pages_follow_one_another_until_the_last_which_is_not_full() -> None:
    first = page_of_people(PEOPLE, PersonQuery(limit=2))
    second = page_of_people(PEOPLE, PersonQuery(limit=2, after=first.next_after))

    assert [row.person for row in (*first.rows, *second.rows)] == ["ana", "ben", "mara"]
    assert second.next_after is None


def test_one_person_can_be_asked_for() -> None:
    (row,) = page_of_people(PEOPLE, PersonQuery(person=PersonId("mara"))).rows

    assert (row.name, row.role, row.ways) == ("Mara", "manager", ("mail",))
    assert page_of_people(PEOPLE, PersonQuery(person=PersonId("nobody"))).rows == ()
