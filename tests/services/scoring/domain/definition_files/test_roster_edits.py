"""Single changes of a roster file."""

import pytest

from services.scoring.domain.definition_files.roster_edits import (
    EMPTY_FILE,
    id_from_name,
    with_email,
    with_identity,
    with_person,
    with_team,
)
from services.scoring.domain.definition_files.roster_file import read_roster
from shared.events import PersonId, TeamId
from tests.services.scoring.domain.builders import rep_id_of

ANA, TOM = rep_id_of("ana"), PersonId("tom")
NORTH, SOUTH = TeamId("north"), TeamId("south")
ROSTER = """\
teams:
  - {id: north, name: North}
  - id: south
    name: South
    managers: [{id: tom, name: Tom}]
    reps:
      - {id: tom, name: Tom, timezone: UTC}
      - {id: ana, name: Ana, timezone: UTC, identities: [{source: acme, user: "7"}]}
"""


def test_teams_and_people_are_entered_into_an_empty_file() -> None:
    text = with_team(EMPTY_FILE, {"id": "north", "name": "North"})
    text = with_team(text, {"id": "south", "name": "South"})
    text = with_person(text, SOUTH, "reps", {"id": "ana", "name": "Ana", "timezone": "UTC"}) or ""
    text = with_person(text, SOUTH, "managers", {"id": "tom", "name": "Tom"}) or ""

    north, south = read_roster(text, file="roster").teams
    assert (north.id, north.reps, [rep.id for rep in south.reps]) == ("north", (), ["ana"])
    assert [manager.name for manager in south.managers] == ["Tom"]


def test_a_user_is_matched_to_a_rep_once() -> None:
    user = {"source": "acme", "user": "8", "account": "eu"}

    text = with_identity(ROSTER, ANA, user) or ""

    identities = read_roster(text, file="roster").reps[ANA].identities
    assert [(identity.user, identity.account) for identity in identities] == [("7", None), ("8", "eu")]
    assert with_identity(text, ANA, user) == text


def test_an_email_is_that_of_the_person_wherever_they_are_listed() -> None:
    roster = read_roster(with_email(ROSTER, TOM, "tom@example.com") or "", file="roster")

    _, south = roster.teams
    emails = [*(manager.email for manager in south.managers), *(rep.email for rep in south.reps)]
    assert emails == ["tom@example.com", "tom@example.com", None]


def test_whoever_is_not_in_the_file_is_not_changed() -> None:
    assert with_person(ROSTER, TeamId("west"), "reps", {}) is None
    assert with_identity(ROSTER, rep_id_of("eva"), {}) is None
    assert with_email(ROSTER, PersonId("eva"), "eva@example.com") is None


@pytest.mark.parametrize(
    ("name", "person_id"),
    [
        ("Zoë Marín", "zoe-marin"),
        ("  O'Neil, J. ", "o-neil-j"),
        ("أحمد", "rep"),
        ("Ana", "ana-3"),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_an_id_resembles_the_name_and_is_free(name: str, person_id: str) -> None:
    assert id_from_name(name, otherwise="rep", is_taken=lambda candidate: candidate in {"ana", "ana-2"}) == person_id
