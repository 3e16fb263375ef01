"""Which change of the roster is meant."""

import json

import pytest
from pydantic import ValidationError

from shared.events import PersonId, TeamId
from shared.requests.roster.edits import NewPerson, NewTeam, RosterEdit


def test_the_kind_of_a_change_decides_how_it_is_read() -> None:
    team = RosterEdit(asked_by=PersonId("olga"), edit=NewTeam(name="North"))
    person = RosterEdit(asked_by=PersonId("olga"), edit=NewPerson(role="rep", name="Ana", team=TeamId("north")))

    assert [RosterEdit.model_validate_json(edit.model_dump_json()) for edit in (team, person)] == [team, person]
    with pytest.raises(ValidationError):
        RosterEdit.model_validate_json(json.dumps({"asked_by": "olga", "edit": {"kind": "rename", "name": "North"}}))
