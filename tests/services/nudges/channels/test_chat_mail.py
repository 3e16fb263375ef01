"""Mail by Apprise, to a mail server on a real socket."""

import ssl
from pathlib import Path

import pytest
import trustme

from services.nudges.deliver.channels.channel import Delivered, GiveUp, Outcome, TryLater
from services.nudges.settings import trusted_authorities
from tests.mailbox import Mailbox, mail_url, receiving_mail
from tests.services.nudges.channels.test_chat import RECIPIENT, chat, mailbox, sent
from tests.services.nudges.reports import nudge

__all__ = ["mailbox"]


async def test_a_mail_says_whom_it_is_about_what_and_why_and_bears_the_id_of_the_nudge(mailbox: Mailbox) -> None:
    outcome = await sent(mail_url(mailbox))

    assert outcome == Delivered()
    (message,) = mailbox.messages
    assert mailbox.recipients == [RECIPIENT]
    assert message["subject"] == "Ana Ruiz: plan done"
    assert message["x-daymark-nudge"] == nudge().id
    assert message.get_content().split() == f"{nudge().text} Why: {nudge().reason}".split()


@pytest.mark.parametrize(
    ("to_recipients", "to_messages", "expected"),
    [
        ("550 no such mailbox", "250 OK", GiveUp(error="the mail server refused it (SMTPRecipientsRefused 550)")),
        ("451 come again", "250 OK", TryLater(error="no answer (SMTPRecipientsRefused 451)")),
        ("250 OK", "554 spam", GiveUp(error="the mail server refused it (SMTPDataError 554)")),
        ("250 OK", "452 full", TryLater(error="no answer (SMTPDataError 452)")),
    ],
)
async def test_what_a_mail_server_refuses_for_good_is_given_up(
    to_recipients: str, to_messages: str, expected: Outcome, mailbox: Mailbox
) -> None:
    mailbox.to_recipients, mailbox.to_messages = to_recipients, to_messages

    assert await sent(mail_url(mailbox)) == expected


@pytest.mark.parametrize(
    ("name", "trusts", "expected"),
    [
        ("127.0.0.1", True, Delivered()),
        ("mail.example.com", True, TryLater(error="no answer (SSLCertVerificationError)")),
        ("127.0.0.1", False, TryLater(error="no answer (SSLCertVerificationError)")),
    ],
    ids=["trusted", "another name", "an authority that nobody knows"],
)
async def test_mail_goes_only_to_a_server_whose_certificate_is_good(
    name: str, trusts: bool, expected: Outcome, tmp_path: Path
) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authorities = str(tmp_path / "authority.pem") if trusts else trusted_authorities()
    async with receiving_mail(tls) as mailbox:
        url = mail_url(mailbox).replace("mailto://", "mailtos://") + "&mode=starttls&verify=no"
        async with chat(url, authorities=authorities) as channel:
            outcome = await channel.send(nudge(), attempts=1)

    assert outcome == expected
    assert len(mailbox.messages) == (expected == Delivered())
