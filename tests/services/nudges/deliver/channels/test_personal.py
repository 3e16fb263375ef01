"""Each person on the way that they prefer: which is tried, which is next, and what is left when none works."""

from collections.abc import Mapping
from datetime import timedelta

import certifi
import pytest
from pydantic import ValidationError

from services.nudges.deliver.channel import ContactAttempt, Delivered, GiveUp, TryLater, Unreachable
from services.nudges.deliver.channel_types import ChannelResources
from services.nudges.deliver.channels import ChannelsSection, open_channels
from services.nudges.deliver.channels.personal import PersonalChannel, parse_address
from services.nudges.deliver.personal.transport import TransportOutcome
from shared.clock import SteppedClock
from shared.reach import ContactPoint, Contacts
from shared.service.settings import DEFAULT_FILE, read_toml
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.deliver.personal.directories import FakeDirectory, FakeTransport, no_directory

BOTH = Contacts(
    contacts=(
        ContactPoint(transport="slack", address="U024BE7LH"),
        ContactPoint(transport="mail", address="ana@example.com"),
    )
)
REFUSED = GiveUp(error="no such user")
FULL = TryLater(error="come again", after_s=60)
SECTION: dict[str, object] = {"host": "127.0.0.1", "security": "none", "sender": "Daymark <daymark@example.com>"}


def _channel(*transports: FakeTransport, contacts: Contacts | None = BOTH) -> PersonalChannel:
    directory = FakeDirectory(contacts={ANA.id: contacts} if contacts is not None else {})
    return PersonalChannel(transports, lambda: directory, destination=b"", give_up_after=timedelta(hours=1))


async def test_the_first_way_that_works_is_the_last_that_is_tried() -> None:
    slack, mail = FakeTransport("slack"), FakeTransport("mail")

    outcome = await _channel(mail, slack).send(make_nudge(), attempts=1)

    assert outcome == Delivered(tried=(ContactAttempt(transport="slack"),))
    assert (slack.addresses, mail.addresses) == (["U024BE7LH"], [])


@pytest.mark.parametrize("failure", [REFUSED, FULL])
async def test_the_next_way_is_tried_when_one_fails(failure: TransportOutcome) -> None:
    slack, mail = FakeTransport("slack", failure), FakeTransport("mail")

    outcome = await _channel(slack, mail).send(make_nudge(), attempts=1)

    error = "no such user" if failure is REFUSED else "come again"
    assert outcome == Delivered(tried=(ContactAttempt(transport="slack", error=error), ContactAttempt(transport="mail")))
    assert mail.addresses == ["ana@example.com"]


async def test_it_is_tried_again_while_one_way_may_work_later() -> None:
    outcome = await _channel(FakeTransport("slack", REFUSED), FakeTransport("mail", FULL)).send(make_nudge(), attempts=1)

    assert isinstance(outcome, TryLater)
    assert outcome.error == "slack: no such user; mail: come again"
    assert outcome.after_s == 60
    assert [attempt.error for attempt in outcome.tried] == ["no such user", "come again"]


async def test_somebody_whom_no_way_reaches_is_unreachable() -> None:
    outcome = await _channel(FakeTransport("mail", REFUSED)).send(make_nudge(), attempts=1)

    assert outcome == Unreachable(error="mail: no such user", tried=(ContactAttempt(transport="mail", error="no such user"),))


@pytest.mark.parametrize(
    ("contacts", "because"),
    [
        (Contacts(because="the roster does not list them today"), "the roster does not list them today"),
        (Contacts(contacts=BOTH.contacts[:1]), "no such channel is configured: slack"),
    ],
)
async def test_the_error_names_why_there_is_no_way(contacts: Contacts, because: str) -> None:
    outcome = await _channel(FakeTransport("mail"), contacts=contacts).send(make_nudge(), attempts=1)

    assert outcome == Unreachable(error=because)


async def test_nothing_is_decided_while_scoring_does_not_answer() -> None:
    mail = FakeTransport("mail")

    outcome = await _channel(mail, contacts=None).send(make_nudge(), attempts=1)

    assert outcome == TryLater(error="scoring, which has the roster, does not answer")
    assert mail.addresses == []


def _settings(section: Mapping[str, object]) -> ChannelsSection:
    defaults = read_toml(DEFAULT_FILE)["channels"]
    return ChannelsSection.model_validate({**defaults, "mail": {**defaults["mail"], **section}})


async def test_the_channel_is_there_once_a_mail_server_is_configured() -> None:
    resources = ChannelResources(clock=SteppedClock(), authorities=certifi.where(), find_directory=no_directory)
    async with open_channels(_settings({}), resources) as channels:
        assert "personal" not in channels
    async with open_channels(_settings({**SECTION, "give_up_after_h": 2}), resources) as channels:
        assert channels["personal"].give_up_after == timedelta(hours=2)
        assert channels["personal"].reaches_recipient


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ({"sender": ""}, "sender is missing"),
        ({"sender": "Daymark"}, "must be one address"),
        ({"host": "mail.example.com"}, "security none is for a mail server on this machine"),
        ({"timeout_s": 11}, "less than or equal to 10"),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_refused(section: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        _settings({**SECTION, **section})


@pytest.mark.parametrize("text", ["Daymark", "a@example.com, b@example.com", "Daymark <>", "x\r\nBcc: a@b <c@d.example>", ""])
def test_a_sender_is_one_address(text: str) -> None:
    assert parse_address(text) is None
