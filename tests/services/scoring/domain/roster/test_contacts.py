"""Who can be reached today."""

from datetime import UTC, datetime

import pytest

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.roster.contacts import NO_CONTACT, NOT_IN_ROSTER, contacts_of, list_people
from shared.events import PersonId
from shared.reach import ContactPoint, Contacts

ROSTER = read_roster(
    """\
teams:
  - id: north
    name: North
    managers:
      - {id: mara, name: Mara, email: mara@example.com, until: 2026-03-02}
      - {id: jon, name: Jon, email: jon@example.com, from: 2026-03-03}
      - {id: both, name: Both}
    reps:
      - {id: ana, name: Ana, timezone: Pacific/Auckland, email: ana@example.com, from: 2026-03-03}
      - {id: ben, name: Ben, timezone: Europe/Madrid, until: 2026-03-02, email: ben@example.com}
      - {id: cleo, name: Cleo, timezone: Europe/Madrid}
  - id: south
    name: South
    managers: [{id: both, name: Both, email: both@example.com}]
""",
    file="roster",
)
MONDAY = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
"""Already Tuesday in Auckland."""
WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("person", "now", "expected"),
    [
        ("ana", MONDAY, "ana@example.com"),
        ("ana", datetime(2026, 3, 2, 10, 30, tzinfo=UTC), NOT_IN_ROSTER),
        ("ben", MONDAY, "ben@example.com"),
        ("ben", WEDNESDAY, NOT_IN_ROSTER),
        ("cleo", MONDAY, NO_CONTACT),
        ("jon", WEDNESDAY, "jon@example.com"),
        ("mara", WEDNESDAY, NOT_IN_ROSTER),
        ("mara", MONDAY, "mara@example.com"),
        ("both", MONDAY, "both@example.com"),
        ("nobody", MONDAY, NOT_IN_ROSTER),
    ],
)
def test_people_of_todays_roster_are_reached_and_nobody_else(person: str, now: datetime, expected: str) -> None:
    contacts = contacts_of(ROSTER, PersonId(person), now=now)

    if "@" in expected:
        assert contacts == Contacts(contacts=(ContactPoint(transport="mail", address=expected),))
    else:
        assert contacts == Contacts(because=expected)


def test_everybody_of_today_is_listed_once_by_id() -> None:
    people = list_people(ROSTER, now=MONDAY)

    assert [(person.id, person.is_manager, person.teams) for person in people] == [
        ("ana", False, ("north",)),
        ("ben", False, ("north",)),
        ("both", True, ("north", "south")),
        ("cleo", False, ("north",)),
        ("mara", True, ("north",)),
    ]
    assert {person.id for person in people if not person.contacts.contacts} == {"cleo"}
    assert list_people(ROSTER, now=MONDAY, after=PersonId("both")) == people[3:]
    assert list_people(ROSTER, now=MONDAY, after=PersonId("ben")) == people[2:]
    assert [list_people(ROSTER, now=MONDAY, person_id=PersonId(name)) for name in ("ben", "both", "jon")] == [
        people[1:2],
        people[2:3],
        [],
    ]


def test_a_manager_who_also_sells_is_listed_as_a_manager() -> None:
    roster = read_roster(
        "teams:\n  - id: t\n    name: T\n    managers: [{id: mo, name: Mo}]\n"
        "    reps: [{id: mo, name: Mo, timezone: UTC, email: mo@example.com}]\n",
        file="roster",
    )

    (person,) = list_people(roster, now=MONDAY)
    assert person.is_manager
    assert person.contacts.contacts[0].address == "mo@example.com"
