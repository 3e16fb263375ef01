"""Mail to one person, to a mail server on a real socket."""

import ssl
from email.headerregistry import Address
from pathlib import Path

import certifi
import pytest
import trustme

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.mail import MailTransport, Security
from services.nudges.deliver.personal.transport import TransportOutcome, personal_message
from shared.clock import SteppedClock
from shared.service.settings import SecretMissing
from tests.mailbox import receiving_mail
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge

MESSAGE = personal_message(make_nudge(), stop_url="http://pages/mail/ana/x")


def _transport(
    port: int, *, security: Security = "none", user: str = "", password: str | None = None, authorities: str = ""
) -> MailTransport:
    def read_password() -> str | None:
        if password is None:
            raise SecretMissing("env:MAIL_PASSWORD")
        return password

    return MailTransport(
        SteppedClock(NOON),
        host="127.0.0.1",
        port=port,
        security=security,
        user=user,
        read_password=read_password,
        sender=Address("Daymark", addr_spec="daymark@example.com"),
        timeout_s=5,
        trusted=ssl.create_default_context(cafile=authorities or certifi.where()),
    )


async def test_a_mail_goes_to_its_person_alone() -> None:
    async with receiving_mail() as mailbox:
        outcome = await _transport(mailbox.port).send(MESSAGE, "ana@example.com")

    assert outcome == Delivered()
    (mail,) = mailbox.messages
    assert mailbox.recipients == ["ana@example.com"]
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == "<plan-done.20260302110000@example.com>"


@pytest.mark.parametrize(
    ("to_recipients", "to_messages", "expected"),
    [
        ("550 no such mailbox ana@example.com", "250 OK", GiveUp(error="the mail server refused the address (550)")),
        ("451 come again", "250 OK", TryLater(error="the mail server refused the address (451)")),
        ("250 OK", "554 spam", GiveUp(error="the mail server refused the message (554)")),
        ("250 OK", "452 full", TryLater(error="the mail server refused the message (452)")),
    ],
)
async def test_what_the_server_refuses_for_good_is_given_up(
    to_recipients: str, to_messages: str, expected: TransportOutcome
) -> None:
    async with receiving_mail() as mailbox:
        mailbox.to_recipients, mailbox.to_messages = to_recipients, to_messages

        assert await _transport(mailbox.port).send(MESSAGE, "ana@example.com") == expected


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    async with receiving_mail() as mailbox:
        port = mailbox.port

    outcome = await _transport(port).send(MESSAGE, "ana@example.com")

    assert outcome == TryLater(error="no answer from the mail server (SMTPConnectError)")


@pytest.mark.parametrize(
    ("name", "is_trusted", "is_delivered"),
    [("127.0.0.1", True, True), ("mail.example.com", True, False), ("127.0.0.1", False, False)],
    ids=["trusted", "another name", "an unknown authority"],
)
async def test_mail_goes_only_to_a_server_with_a_valid_certificate(
    name: str, is_trusted: bool, is_delivered: bool, tmp_path: Path
) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authorities = str(tmp_path / "authority.pem") if is_trusted else ""
    async with receiving_mail(tls) as mailbox:
        transport = _transport(mailbox.port, security="starttls", authorities=authorities)
        outcome = await transport.send(MESSAGE, "ana@example.com")

    assert isinstance(outcome, Delivered if is_delivered else TryLater)
    assert len(mailbox.messages) == is_delivered


async def test_mail_is_never_sent_in_the_clear_to_a_server_that_offers_no_tls() -> None:
    async with receiving_mail() as mailbox:
        outcome = await _transport(mailbox.port, security="starttls").send(MESSAGE, "ana@example.com")

    assert isinstance(outcome, TryLater)
    assert mailbox.messages == []


async def test_a_missing_password_is_named_and_a_refused_login_is_the_operators_to_mend() -> None:
    async with receiving_mail() as mailbox:
        missing = await _transport(mailbox.port, user="daymark").send(MESSAGE, "ana@example.com")
        refused = await _transport(mailbox.port, user="daymark", password="wrong").send(MESSAGE, "ana@example.com")

    assert isinstance(missing, TryLater)
    assert "env:MAIL_PASSWORD" in missing.error
    assert isinstance(refused, TryLater)
    assert mailbox.messages == []
