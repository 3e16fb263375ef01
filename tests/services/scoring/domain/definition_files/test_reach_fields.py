"""How the roster says where people are reached."""

import pytest

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from services.scoring.domain.roster.roster import Roster
from shared.reach import ContactPoint
from tests.services.scoring.domain.builders import rep_id_of

MAIL = ContactPoint(transport="mail", address="ana@example.com")
SLACK = ContactPoint(transport="slack", address="U024BE7LH")
TEAMS = ContactPoint(transport="teams", address="ana@example.com")
FORMS = "each entry must be mail or teams or {slack: U024BE7LH} or {teams: ana@example.com}"
FORMS += " or {webhook: https://ana.example.com/daymark}"


def _roster(keys: str) -> Roster:
    person = f"{{id: ana, name: Ana, timezone: Europe/Madrid{keys}}}"
    manager = f"{{id: mara, name: Mara{keys}}}"
    return read_roster(
        f"teams:\n  - id: t\n    name: T\n    managers:\n      - {manager}\n    reps:\n      - {person}\n", file="r"
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", ()),
        (", email: ana@example.com", (MAIL,)),
        (", email: Ana Ruiz", ()),
        (", email: ana@example.com, reach: [mail]", (MAIL,)),
        (", email: ana@example.com, reach: [{slack: U024BE7LH}, mail]", (SLACK, MAIL)),
        (", email: ana@example.com, reach: [{slack: U024BE7LH}]", (SLACK,)),
        (", email: ana@example.com, reach: [teams, mail]", (TEAMS, MAIL)),
        (", reach: [{teams: ana@example.com}]", (TEAMS,)),
        (
            ", reach: [{webhook: https://x.example/a?b=c}]",
            (ContactPoint(transport="webhook", address="https://x.example/a?b=c"),),
        ),
        (", email: ana@example.com, reach: [mail, teams, {teams: ana@example.com}]", (MAIL, TEAMS)),
    ],
)
def test_people_are_reached_in_the_order_of_reach_or_else_by_their_email(keys: str, expected: tuple[ContactPoint, ...]) -> None:
    roster = _roster(keys)

    assert roster.reps[rep_id_of("ana")].reach == expected
    assert roster.teams[0].managers[0].reach == expected


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ("reach: [mail]", "names mail, and email is no address; write email: ana@example.com beside it"),
        ("email: Ana, reach: [mail]", "names mail, and email is no address; write email: ana@example.com beside it"),
        ("reach: [teams]", "names teams, and email is no address; write email: ana@example.com beside it"),
        ("reach: [webhook]", "the address in webhook must look like https://ana.example.com/daymark"),
        ("reach: [{webhook: http://x.example}]", "the address in webhook must look like https://ana.example.com/daymark"),
        ("reach: [{teams: ana}]", "the address in teams must look like ana@example.com"),
        ("reach: [{teams: }]", "the address in teams must look like ana@example.com"),
        ("reach: mail", "must be a list such as [mail, {slack: U024BE7LH}]"),
        ("reach: []", "must be a list such as [mail, {slack: U024BE7LH}]"),
        ("reach: [pigeon]", FORMS),
        ("reach: [slack]", "the address in slack must look like U024BE7LH"),
        ("reach: [{slack: ana}]", "the address in slack must look like U024BE7LH"),
        ("reach: [{mail: ana@example.com}]", FORMS),
        ("reach: [{slack: U024BE7LH, mail: x}]", FORMS),
        ("reach: [{slack: U024BE7LH}, {slack: U024BE7LH}]", "names the same way twice; keep one"),
    ],
)
def test_a_way_that_cannot_be_is_a_mistake_of_each_person(keys: str, mistake: str) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        _roster(f", {keys}")

    of_manager, of_rep = refused.value.mistakes
    assert (of_manager.line, of_manager.key, of_manager.problem) == (5, "teams[0].managers[0].reach", mistake)
    assert (of_rep.line, of_rep.key, of_rep.problem) == (7, "teams[0].reps[0].reach", mistake)
