"""A mail server on a real socket, whose replies a test chooses."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(kw_only=True)
class Mailbox:
    """The mail server, and what it has received. `to_recipients` is its reply to every recipient, and `to_messages` to
    every message. With every message that it accepts, `arrived` is set and `on_message` called."""

    port: int = 0
    to_recipients: str = "250 OK"
    to_messages: str = "250 OK"
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    on_message: Callable[[EmailMessage], None] = lambda _: None

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802 - the library's name
        if self.to_recipients.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipients

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        if self.to_messages.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
            self.messages.append(message)
            self.recipients += envelope.rcpt_tos
            self.arrived.set()
            self.on_message(message)
        return self.to_messages


def mail_url(mailbox: Mailbox, recipient: str = "team@example.com") -> str:
    """The Apprise URL of the mail server."""
    return f"mailto://127.0.0.1:{mailbox.port}/?smtp=127.0.0.1&from=daymark@example.com&to={recipient}"


@asynccontextmanager
async def receiving_mail(tls: ssl.SSLContext | None = None) -> AsyncIterator[Mailbox]:
    """Serve on a free port of this machine. With `tls`, STARTTLS is required."""
    mailbox = Mailbox()

    def protocol() -> SMTP:
        return SMTP(mailbox, hostname="mail.example", tls_context=tls, require_starttls=tls is not None)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    yield mailbox
    server.close()
