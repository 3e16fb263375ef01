"""Each person, on the way that they prefer: the transports that are configured, and the roster's `reach`."""

import hashlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address, UniqueSingleAddressHeader
from email.policy import SMTP
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from services.nudges.deliver.channel import (
    EVERYTHING,
    Channel,
    ContactAttempt,
    Delivered,
    GiveUp,
    Outcome,
    TryLater,
    Unreachable,
)
from services.nudges.deliver.channel_types import ChannelResources, FindDirectory, channel_type
from services.nudges.deliver.personal.mail import MailTransport, Security
from services.nudges.deliver.personal.transport import Transport, personal_message
from shared.events import Nudge
from shared.requests.client import NoResponder, Refused
from shared.service.settings import SecretReference, Section, read_secret

_TRANSPORT_TIMEOUT_MAX_S: Final = 10.0
"""Two ways to a person can be tried within one lease."""
_TRIED_MAX: Final = 2
_AT_ONCE_MAX: Final = 8
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class MailSection(Section):
    host: str
    port: int = Field(gt=0, lt=65_536)
    security: Security
    user: str
    password: SecretReference
    sender: str
    timeout_s: float = Field(gt=0, le=_TRANSPORT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(gt=0)

    @field_validator("sender")
    @classmethod
    def _is_address(cls, sender: str) -> str:
        if sender and parse_address(sender) is None:
            raise ValueError("must be one address, such as Daymark <daymark@example.com>")
        return sender

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.host and not self.sender:
            raise ValueError("sender is missing: the address from which mail is sent")
        if self.host and self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError("security none is for a mail server on this machine; write starttls or tls")
        return self


class PersonalKeys(Section):
    mail: MailSection


def parse_address(text: str) -> Address | None:
    """The one address that the text is; None if it is none, or several."""
    if not text.isprintable():
        return None
    try:
        header = SMTP.header_factory("Sender", text)
        assert isinstance(header, UniqueSingleAddressHeader)
        address = header.address
        return address if Address(address.display_name, address.username, address.domain).domain else None
    except (HeaderParseError, ValueError):
        return None


class PersonalChannel:
    """Tries the ways to a person in their order, and ends with the first that works. Whoever can be reached in none of them is
    no failure of the channel."""

    name = "personal"
    audience = EVERYTHING
    at_once_max = _AT_ONCE_MAX
    reaches_recipient = True

    def __init__(
        self, transports: Sequence[Transport], find_directory: FindDirectory, *, destination: bytes, give_up_after: timedelta
    ) -> None:
        self._transports = {transport.name: transport for transport in transports}
        self._find_directory = find_directory
        self.destination = destination
        self.give_up_after = give_up_after

    @property
    def transports(self) -> tuple[str, ...]:
        """The names of the transports that are configured."""
        return tuple(self._transports)

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        directory = self._find_directory()
        try:
            today = await directory.find_contacts(nudge)
        except (NoResponder, Refused):
            return TryLater(error="scoring, which has the roster, does not answer")
        ways = [contact for contact in today.contacts if contact.transport in self._transports][:_TRIED_MAX]
        if not ways:
            missing = ", ".join(contact.transport for contact in today.contacts)
            return Unreachable(error=today.because or f"no such channel is configured: {missing}")
        message = personal_message(nudge, stop_url=directory.stop_url(nudge))
        failed: dict[str, TryLater | GiveUp] = {}
        for way in ways:
            outcome = await self._transports[way.transport].send(message, way.address)
            tried = tuple(ContactAttempt(transport=name, error=earlier.error) for name, earlier in failed.items())
            if isinstance(outcome, Delivered):
                return Delivered(tried=(*tried, ContactAttempt(transport=way.transport)))
            failed[way.transport] = outcome
        return _failure(failed)


def _failure(failed: Mapping[str, TryLater | GiveUp]) -> Outcome:
    """What is left when no way has worked: to try again if one of them may work later."""
    error = "; ".join(f"{name}: {outcome.error}" for name, outcome in failed.items())
    tried = tuple(ContactAttempt(transport=name, error=outcome.error) for name, outcome in failed.items())
    later = [outcome for outcome in failed.values() if isinstance(outcome, TryLater)]
    if not later:
        return Unreachable(error=error, tried=tried)
    asked_s = [outcome.after_s for outcome in later if outcome.after_s is not None]
    return TryLater(error=error, after_s=min(asked_s, default=None), tried=tried)


@channel_type("personal", keys=PersonalKeys)
@asynccontextmanager
async def open_personal(settings: PersonalKeys, resources: ChannelResources) -> AsyncIterator[Sequence[Channel]]:
    """One channel if a transport is configured."""
    section = settings.mail
    sender = parse_address(section.sender)
    if not section.host or sender is None:
        yield []
        return
    mail = MailTransport(
        resources.clock,
        host=section.host,
        port=section.port,
        security=section.security,
        user=section.user,
        read_password=lambda: read_secret(section.password),
        sender=sender,
        timeout_s=section.timeout_s,
        trusted=ssl.create_default_context(cafile=resources.authorities),
    )
    yield [
        PersonalChannel(
            [mail],
            resources.find_directory,
            destination=hashlib.sha256(f"{section.host}:{section.port}".encode()).digest(),
            give_up_after=timedelta(hours=section.give_up_after_h),
        )
    ]
