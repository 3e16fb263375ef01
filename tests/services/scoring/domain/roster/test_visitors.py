"""Who opens the pages, by today's roster."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.roster.visitors import Visitor, excerpt_for, find_typed_person
from shared.events import PersonId, TeamId

ROSTER = read_roster(
    """\
teams:
  - id: north
    name: North
    managers:
      - {id: mara, name: Mara Lind, email: Mara@example.com, until: 2026-03-02}
      - {id: jon, name: Jon Bee, email: jon@example.com, from: 2026-03-03}
      - {id: both, name: Bo Thorn}
    reps:
      - {id: ana, name: Ana Ruiz, timezone: Pacific/Auckland, email: ana@example.com, from: 2026-03-03}
      - {id: ben, name: Ben Ode, timezone: Europe/Madrid, until: 2026-03-02, email: ben@example.com}
      - id: cleo
        name: Cleo Sy
        timezone: Europe/Madrid
        email: shared@example.com
        changes: [{from: 2026-03-04, team: south}]
      - {id: dan, name: Cleo Sy, timezone: Europe/Madrid, email: shared@example.com}
  - id: south
    name: South
    managers: [{id: both, name: Bo Thorn, email: bo@example.com}]
    reps: [{id: both, name: Bo Thorn, timezone: Europe/Madrid}]
""",
    file="roster",
)
MONDAY = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
"""Already Tuesday in Auckland."""
WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "person"),
    [
        ("ana@example.com", "ana"),
        (" ANA@Example.com ", "ana"),
        ("mara@example.com", "mara"),
        ("ana", "ana"),
        ("Ana  ruiz", "ana"),
        ("Bo Thorn", "both"),
        ("bo@example.com", "both"),
        ("jon@example.com", None),
        ("shared@example.com", None),
        ("Cleo Sy", None),
        ("dan", "dan"),
        ("example.com", None),
        ("nils@example.com", None),
        ("  ", None),
    ],
)
def test_the_one_person_of_today_is_meant_whose_email_id_or_name_was_typed(typed: str, person: str | None) -> None:
    meant = find_typed_person(ROSTER, typed, is_email=False, now=MONDAY)

    assert (meant.id if meant is not None else None) == person


def test_neither_an_id_nor_a_name_is_an_email() -> None:
    assert [
        find_typed_person(ROSTER, typed, is_email=True, now=MONDAY) is not None
        for typed in ("ana@example.com", "ana", "Ana Ruiz")
    ] == [True, False, False]


def _excerpt(person: str, now: datetime) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(visitor.id, visitor.team, visitor.manages) for visitor in excerpt_for(ROSTER, PersonId(person), now=now)]


def test_a_rep_is_listed_alone_with_their_team() -> None:
    assert excerpt_for(ROSTER, PersonId("ana"), now=MONDAY) == (
        Visitor(id=PersonId("ana"), name="Ana Ruiz", team=TeamId("north")),
    )


def test_a_manager_is_listed_with_the_reps_of_today_in_the_teams_that_they_manage_today() -> None:
    assert _excerpt("mara", MONDAY) == [
        ("mara", None, ("north",)),
        ("ana", "north", ()),
        ("ben", "north", ()),
        ("cleo", "north", ()),
        ("dan", "north", ()),
    ]
    assert [person for person, _, _ in _excerpt("jon", WEDNESDAY)] == ["jon", "ana", "dan"]


def test_a_manager_who_sells_is_one_person_with_a_team_of_their_own() -> None:
    assert _excerpt("both", WEDNESDAY)[0] == ("both", "south", ("north", "south"))
    assert sorted(person for person, _, _ in _excerpt("both", WEDNESDAY)) == ["ana", "both", "cleo", "dan"]


THANKFUL = replace(ROSTER, teams=tuple(replace(team, thanks_from_colleagues=team.id == "north") for team in ROSTER.teams))
"""Whoever is in North may thank the others."""


@pytest.mark.parametrize(
    ("person", "now", "colleagues"),
    [
        ("ana", MONDAY, ("ben", "cleo", "dan")),
        ("ben", MONDAY, ("ana", "cleo", "dan")),
        ("ana", WEDNESDAY, ("dan",)),
        ("cleo", WEDNESDAY, ()),
        ("mara", MONDAY, ()),
    ],
    ids=["a rep", "on the last day", "some have left or moved", "in a team that does not allow it", "a manager"],
)
def test_colleagues_are_those_of_today_in_a_team_that_lets_them_thank_each_other(
    person: str, now: datetime, colleagues: tuple[str, ...]
) -> None:
    visitor, *others = excerpt_for(THANKFUL, PersonId(person), now=now)

    assert visitor.colleagues == colleagues
    assert not any(other.colleagues for other in others)
    assert not any(visitor.colleagues for visitor in excerpt_for(ROSTER, PersonId(person), now=now))


@pytest.mark.parametrize(("person", "now"), [("mara", WEDNESDAY), ("jon", MONDAY), ("ben", WEDNESDAY), ("nils", MONDAY)])
def test_whoever_is_not_there_today_is_not_listed(person: str, now: datetime) -> None:
    assert _excerpt(person, now) == []
