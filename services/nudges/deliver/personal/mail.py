"""Mail to one person over SMTP (RFC 5321)."""

import ssl
from collections.abc import Callable
from email.headerregistry import Address
from typing import Final, Literal

import aiosmtplib

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.mail_message import mail_message
from services.nudges.deliver.personal.transport import PersonalMessage, TransportOutcome
from shared.clock import Clock
from shared.reach import MAIL
from shared.service.settings import SecretMissing

Security = Literal["starttls", "tls", "none"]
"""TLS after a command, from the first byte, or not at all."""
_PERMANENT: Final = 500
"""From here on a code of SMTP says that the same will be refused again."""


class MailTransport:
    """Makes one connection for each message. The password is read each time, so one in a file can be replaced."""

    name = MAIL.name

    def __init__(
        self,
        clock: Clock,
        *,
        host: str,
        port: int,
        security: Security,
        user: str,
        read_password: Callable[[], str | None],
        sender: Address,
        timeout_s: float,
        trusted: ssl.SSLContext,
    ) -> None:
        self._clock = clock
        self._host = host
        self._port = port
        self._security = security
        self._user = user
        self._read_password = read_password
        self._sender = sender
        self._timeout_s = timeout_s
        self._trusted = trusted

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        """Delivered once the server has accepted the whole message."""
        mail = mail_message(message, sender=self._sender, recipient=address, now=self._clock.now())
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._trusted if self._security != "none" else None,
            timeout=self._timeout_s,
        )
        try:
            async with client:
                if self._user:
                    await client.login(self._user, self._read_password() or "")
                await client.sendmail(self._sender.addr_spec, [address], mail.as_bytes())
        except aiosmtplib.SMTPAuthenticationError as refused:
            return TryLater(error=f"the mail server refused the login ({refused.code}); check channels.mail.user and password")
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refusal(refused.recipients[0].code, "the address")
        except aiosmtplib.SMTPSenderRefused as refused:
            return TryLater(error=f"the mail server refused the sender ({refused.code}); check channels.mail.sender")
        except aiosmtplib.SMTPDataError as refused:
            return _refusal(refused.code, "the message")
        except (aiosmtplib.SMTPException, OSError) as failed:
            return TryLater(error=f"no answer from the mail server ({type(failed).__name__})")
        except SecretMissing as missing:
            return TryLater(error=str(missing))
        return Delivered()


def _refusal(code: int, refused: str) -> TransportOutcome:
    """The server's own words are left out: they repeat addresses."""
    error = f"the mail server refused {refused} ({code})"
    return GiveUp(error=error) if code >= _PERMANENT else TryLater(error=error)
