"""Mail through Apprise, to a mail server on a real socket."""

import ssl
from pathlib import Path

import certifi
import pytest
import trustme

from services.nudges.deliver.channel import Delivered, GiveUp, Outcome, TryLater
from tests.mailbox import Mailbox, mail_url, receiving_mail
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.deliver.channels.conftest import RECIPIENT, Send, chat


async def test_a_mail_names_the_rep_and_the_reason_and_carries_the_id_of_the_nudge(send: Send, mailbox: Mailbox) -> None:
    outcome = await send(mail_url(mailbox))

    assert outcome == Delivered()
    (message,) = mailbox.messages
    assert mailbox.recipients == [RECIPIENT]
    assert message["subject"] == "Ana Ruiz: plan done"
    assert message["x-daymark-nudge"] == make_nudge().id
    assert message.get_content().split() == f"{make_nudge().text} Why: {make_nudge().reason}".split()


@pytest.mark.parametrize(
    ("to_recipients", "to_messages", "expected"),
    [
        ("550 no such mailbox", "250 OK", GiveUp(error="the mail server refused it (SMTPRecipientsRefused 550)")),
        ("451 come again", "250 OK", TryLater(error="no answer (SMTPRecipientsRefused 451)")),
        ("250 OK", "554 spam", GiveUp(error="the mail server refused it (SMTPDataError 554)")),
        ("250 OK", "452 full", TryLater(error="no answer (SMTPDataError 452)")),
    ],
)
async def test_a_mail_that_the_server_refuses_for_good_is_given_up(
    send: Send, to_recipients: str, to_messages: str, expected: Outcome, mailbox: Mailbox
) -> None:
    mailbox.to_recipients, mailbox.to_messages = to_recipients, to_messages

    assert await send(mail_url(mailbox)) == expected


@pytest.mark.parametrize(
    ("name", "is_trusted", "expected"),
    [
        ("127.0.0.1", True, Delivered()),
        ("mail.example.com", True, TryLater(error="no answer (SSLCertVerificationError)")),
        ("127.0.0.1", False, TryLater(error="no answer (SSLCertVerificationError)")),
    ],
    ids=["trusted", "another name", "an unknown authority"],
)
async def test_mail_goes_only_to_a_server_with_a_valid_certificate(
    name: str, is_trusted: bool, expected: Outcome, tmp_path: Path
) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authorities = str(tmp_path / "authority.pem") if is_trusted else certifi.where()
    async with receiving_mail(tls) as mailbox:
        url = mail_url(mailbox).replace("mailto://", "mailtos://") + "&mode=starttls&verify=no"
        async with chat(url, authorities=authorities) as channel:
            outcome = await channel.send(make_nudge(), attempts=1)

    assert outcome == expected
    assert len(mailbox.messages) == (expected == Delivered())
