"""The channel to single people as it is configured: which transports it has, and what is refused."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import certifi
import pytest
from pydantic import ValidationError

from services.nudges.deliver.channel import Channel, ContactAttempt, Delivered
from services.nudges.deliver.channel_types import ChannelResources
from services.nudges.deliver.channels import ChannelsSection, open_channels
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.personal.sections import PersonalKeys, WorkflowUrlRefused, parse_address
from shared.clock import SteppedClock, SystemClock
from shared.reach import ContactPoint, Contacts
from shared.service.settings import DEFAULT_FILE, SecretMissing, SecretTooShort, read_toml
from tests.receiver import receiving
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.deliver.personal.directories import FakeDirectory, no_directory
from tests.slack import TOKEN, slack_stand_in

BOTH = Contacts(
    contacts=(
        ContactPoint(transport="slack", address="U024BE7LH"),
        ContactPoint(transport="mail", address="ana@example.com"),
    )
)
SECTION: dict[str, object] = {"host": "127.0.0.1", "security": "none", "sender": "Daymark <daymark@example.com>"}
SLACK: dict[str, object] = {"token": "env:SLACK_TOKEN", "give_up_after_h": 3}
TEAMS: dict[str, object] = {"url": "env:WORKFLOW"}
WEBHOOKS: dict[str, object] = {"secrets": ["env:WEBHOOKS"]}
NOTHING: Mapping[str, object] = {}
RESOURCES = ChannelResources(clock=SteppedClock(), authorities=certifi.where(), find_directory=no_directory)


def _settings(
    mail: Mapping[str, object],
    slack: Mapping[str, object] = NOTHING,
    teams: Mapping[str, object] = NOTHING,
    personal_webhooks: Mapping[str, object] = NOTHING,
) -> ChannelsSection:
    defaults = read_toml(DEFAULT_FILE)["channels"]
    changes = {"mail": mail, "slack": slack, "teams": teams, "personal_webhooks": personal_webhooks}
    sections = {name: {**defaults[name], **section} for name, section in changes.items()}
    return ChannelsSection.model_validate({**defaults, **sections})


async def test_the_channel_is_there_once_a_mail_server_is_configured() -> None:
    async with open_channels(_settings({}), RESOURCES) as channels:
        assert "personal" not in channels
    async with open_channels(_settings({**SECTION, "give_up_after_h": 2}), RESOURCES) as channels:
        assert channels["personal"].give_up_after == timedelta(hours=2)
        assert channels["personal"].reaches_recipient


async def _opened(mail: Mapping[str, object], slack: Mapping[str, object], teams: Mapping[str, object] = NOTHING) -> Channel:
    async with open_channels(_settings(mail, slack, teams), RESOURCES) as channels:
        return channels["personal"]


async def test_the_channel_writes_in_slack_with_slack_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    directory = FakeDirectory(contacts={ANA.id: BOTH})
    async with slack_stand_in() as slack:
        settings = _settings({}, {**SLACK, "base_url": slack.base_url})
        async with open_channels(settings, replace(RESOURCES, find_directory=lambda: directory)) as channels:
            outcome = await channels["personal"].send(make_nudge(), attempts=1)

    assert outcome == Delivered(tried=(ContactAttempt(transport="slack"),))
    assert [message["channel"] for message in slack.posted] == ["D024BE7LH"]
    assert channels["personal"].give_up_after == timedelta(hours=3)


async def test_the_channel_posts_to_teams_with_teams_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    directory = FakeDirectory(
        contacts={ANA.id: Contacts(contacts=(ContactPoint(transport="teams", address="ana@example.com"),))}
    )
    async with receiving() as workflow:
        monkeypatch.setenv("WORKFLOW", f"{workflow.url}?sig=s3cr3t")
        settings = _settings({}, teams={**TEAMS, "allow_networks": ["127.0.0.0/8"]})
        async with open_channels(settings, replace(RESOURCES, find_directory=lambda: directory)) as channels:
            outcome = await channels["personal"].send(make_nudge(), attempts=1)

    assert outcome == Delivered(tried=(ContactAttempt(transport="teams"),))
    assert [json.loads(request.body)["recipient"] for request in workflow.received] == ["ana@example.com"]


async def test_another_workflow_is_another_destination_and_another_signature_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    destinations = []
    for url in ("https://flow.example/1?sig=a", "https://flow.example/1?sig=b", "https://flow.example/2?sig=a"):
        monkeypatch.setenv("WORKFLOW", url)
        destinations.append((await _opened({}, {}, TEAMS)).destination)

    assert destinations[0] == destinations[1] != destinations[2]


@pytest.mark.parametrize(("url", "refusal"), [("", SecretMissing), ("http://flow.example/1", WorkflowUrlRefused)])
async def test_a_workflow_that_cannot_be_posted_to_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, url: str, refusal: type[Exception]
) -> None:
    monkeypatch.setenv("WORKFLOW", url)

    with pytest.raises(refusal):
        await _opened({}, {}, TEAMS)


async def test_the_channel_posts_to_a_persons_own_address_signed_with_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOKS", "sixteen characters")
    async with receiving() as receiver:
        own = Contacts(contacts=(ContactPoint(transport="webhook", address=receiver.url),))
        settings = _settings({}, personal_webhooks={**WEBHOOKS, "allow_networks": ["127.0.0.0/8"]})
        directory = FakeDirectory(contacts={ANA.id: own})
        resources = replace(RESOURCES, clock=SystemClock(), find_directory=lambda: directory)
        async with open_channels(settings, resources) as channels:
            channel = channels["personal"]
            assert isinstance(channel, PersonalChannel)
            outcome = await channel.send(make_nudge(), attempts=1)
            secret = channel.secret_for_webhook(receiver.url)

    assert outcome == Delivered(tried=(ContactAttempt(transport="webhook"),))
    assert secret is not None
    assert receiver.received[0].verified_body(secret)["id"] == make_nudge().id


@pytest.mark.parametrize(("secret", "refusal"), [("", SecretMissing), ("short", SecretTooShort)])
async def test_a_secret_of_personal_webhooks_that_proves_nothing_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, secret: str, refusal: type[Exception]
) -> None:
    monkeypatch.setenv("WEBHOOKS", secret)

    with pytest.raises(refusal):
        async with open_channels(_settings({}, personal_webhooks=WEBHOOKS), RESOURCES):
            pass


def test_an_empty_secret_of_personal_webhooks_is_refused() -> None:
    with pytest.raises(ValidationError, match="an empty secret would let anybody sign"):
        _settings({}, personal_webhooks={"secrets": ["env:WEBHOOKS", ""]})


async def test_another_slack_or_mail_server_is_another_destination_and_the_longest_time_counts() -> None:
    both = await _opened({**SECTION, "give_up_after_h": 2}, SLACK)
    others = [
        await _opened({}, SLACK),
        await _opened(SECTION, {}),
        await _opened(SECTION, {**SLACK, "base_url": "https://slack-gov.com/api/"}),
    ]

    assert both.give_up_after == timedelta(hours=3)
    assert len({both.destination, *(other.destination for other in others)}) == 4
    assert others[1].destination == hashlib.sha256(b"127.0.0.1:587").digest(), "as before there was Slack"


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ({"token": "xoxb-1"}, "a secret is never written into the file"),
        ({"signing_secret": "8f742231b10e"}, "a secret is never written into the file"),
        ({"timeout_s": 11}, "less than or equal to 10"),
        ({"base_url": "http://slack.com/api/"}, "must begin with https://"),
        ({"base_url": "http://127.0.0.1.example.com/"}, "must begin with https://"),
        ({"base_url": "file:///etc/passwd"}, "must begin with https://"),
        ({"base_url": "https://"}, "must begin with https://"),
        ({"base_url": "https://slack.com@evil.example/"}, "must begin with https://"),
        ({"base_url": "https://evil.example/?"}, "must begin with https://"),
        ({"base_url": ""}, "must begin with https://"),
    ],
)
def test_a_slack_that_cannot_be_used_is_refused(section: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        _settings({}, {**SLACK, **section})


@pytest.mark.parametrize(
    ("token", "signing_secret", "has_buttons"),
    [("env:TOKEN", "env:SIGNING", True), ("env:TOKEN", "", False), ("", "env:SIGNING", False)],
)
def test_messages_are_answered_in_slack_if_slack_can_prove_who_it_is(
    token: str, signing_secret: str, has_buttons: bool
) -> None:
    settings = _settings({}, {"token": token, "signing_secret": signing_secret})

    assert isinstance(settings, PersonalKeys)
    assert settings.slack.has_buttons == has_buttons


@pytest.mark.parametrize(("secret", "refusal"), [("", SecretMissing), ("short", SecretTooShort)])
async def test_a_signing_secret_that_proves_nothing_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, secret: str, refusal: type[Exception]
) -> None:
    monkeypatch.setenv("SIGNING", secret)

    with pytest.raises(refusal):
        await _opened({}, {**SLACK, "signing_secret": "env:SIGNING"})


@pytest.mark.parametrize(
    ("base_url", "used"),
    [
        ("https://slack-gov.com/api", "https://slack-gov.com/api/"),
        ("http://localhost:8080/api/", "http://localhost:8080/api/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
    ],
)
def test_the_address_of_slack_is_https_or_on_this_machine_and_ends_with_a_slash(base_url: str, used: str) -> None:
    settings = _settings({}, {**SLACK, "base_url": base_url})

    assert isinstance(settings, PersonalKeys)
    assert settings.slack.base_url == used


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
