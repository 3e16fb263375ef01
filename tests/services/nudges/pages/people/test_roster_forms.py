"""What a form says, as a change of the roster."""

import pytest

from services.nudges.pages.people.roster_forms import read_person
from shared.reach import ContactPoint

SLACK = ContactPoint(transport="slack", address="U024BE7LH")
MAIL = ContactPoint(transport="mail", address="")


@pytest.mark.parametrize(
    ("slack", "email", "reach"),
    [
        ("U024BE7LH", "eva@example.com", (SLACK, MAIL)),
        ("U024BE7LH", "", (SLACK,)),
        ("", "eva@example.com", ()),
        ("", "", ()),
    ],
)
def test_slack_is_tried_first_and_mail_only_to_an_email(slack: str, email: str, reach: tuple[ContactPoint, ...]) -> None:
    person = read_person({"name": "Eva", "team": "north", "slack": slack, "email": email})

    assert (person.reach, person.email) == (reach, email)
