"""Each person, on the way that they prefer: the transports that are configured, and the roster's `reach`."""

import hashlib
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address, UniqueSingleAddressHeader
from email.policy import SMTP
from typing import Final, Self
from urllib.parse import urlsplit

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
from services.nudges.deliver.personal.slack import SlackTransport
from services.nudges.deliver.personal.transport import PersonalMessage, Transport, personal_message
from shared.events import Nudge
from shared.reach import Contacts
from shared.requests.client import NoResponder, Refused
from shared.service.settings import SecretReference, Section, read_secret, read_strong_secret

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


class SlackSection(Section):
    token: SecretReference
    signing_secret: SecretReference
    base_url: str
    timeout_s: float = Field(gt=0, le=_TRANSPORT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(gt=0)

    @field_validator("base_url")
    @classmethod
    def _is_https(cls, base_url: str) -> str:
        parts = urlsplit(base_url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not is_safe or not parts.hostname or set("@?#") & set(base_url):
            raise ValueError("must begin with https:// (or http:// for a stand-in on this machine), without a user or a query")
        return base_url if base_url.endswith("/") else f"{base_url}/"

    @property
    def has_buttons(self) -> bool:
        """Whether messages can be answered in Slack: without the signing secret nobody could know who answers."""
        return bool(self.token and self.signing_secret)

    def read_signing_secret(self) -> str:
        """The secret with which Slack signs its requests, as it is now.

        Raises:
            SecretMissing: it is not where the configuration says it is.
            SecretTooShort: it could be guessed.
        """
        return read_strong_secret(self.signing_secret, key="channels.slack.signing_secret") or ""


class PersonalKeys(Section):
    mail: MailSection
    slack: SlackSection


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
        return await self.send_message(personal_message(nudge, stop_url=directory.stop_url(nudge)), today)

    async def send_message(self, message: PersonalMessage, today: Contacts) -> Outcome:
        """Send a message to a person in the ways that they have today, whether it is a nudge or not."""
        ways = [contact for contact in today.contacts if contact.transport in self._transports][:_TRIED_MAX]
        if not ways:
            missing = ", ".join(contact.transport for contact in today.contacts)
            return Unreachable(error=today.because or f"no such channel is configured: {missing}")
        tried: list[ContactAttempt] = []
        failures: list[TryLater | GiveUp] = []
        for way in ways:
            outcome = await self._transports[way.transport].send(message, way.address)
            if isinstance(outcome, Delivered):
                return Delivered(tried=(*tried, ContactAttempt(transport=way.transport)))
            tried.append(ContactAttempt(transport=way.transport, error=outcome.error))
            failures.append(outcome)
        return _failure(tuple(tried), failures)


def find_personal_channel(channels: Mapping[str, Channel]) -> PersonalChannel | None:
    """The channel to single people, if a transport is configured."""
    channel = channels.get(PersonalChannel.name)
    return channel if isinstance(channel, PersonalChannel) else None


def _failure(tried: tuple[ContactAttempt, ...], failures: Sequence[TryLater | GiveUp]) -> Outcome:
    """What is left when no way has worked: to try again if one of them may work later."""
    error = "; ".join(f"{attempt.transport}: {attempt.error}" for attempt in tried)
    later = [outcome for outcome in failures if isinstance(outcome, TryLater)]
    if not later:
        return Unreachable(error=error, tried=tried)
    asked_s = [outcome.after_s for outcome in later if outcome.after_s is not None]
    return TryLater(error=error, after_s=min(asked_s, default=None), tried=tried)


@channel_type("personal", keys=PersonalKeys)
@asynccontextmanager
async def open_personal(settings: PersonalKeys, resources: ChannelResources) -> AsyncIterator[Sequence[Channel]]:
    """One channel if a transport is configured.

    Raises:
        SecretMissing: the signing secret of Slack is not where the configuration says it is.
        SecretTooShort: it could be guessed.
    """
    mail, slack = settings.mail, settings.slack
    if slack.has_buttons:
        slack.read_signing_secret()
    with _workers() as workers:
        transports: list[Transport] = []
        places: list[str] = []
        give_up_after_h: list[float] = []
        if mail.host:
            transports.append(_mail_transport(mail, resources))
            places.append(f"{mail.host}:{mail.port}")
            give_up_after_h.append(mail.give_up_after_h)
        if slack.token:
            transports.append(_slack_transport(slack, resources, workers))
            places.append(slack.base_url)
            give_up_after_h.append(slack.give_up_after_h)
        if not transports:
            yield []
            return
        yield [
            PersonalChannel(
                transports,
                resources.find_directory,
                destination=hashlib.sha256("\n".join(places).encode()).digest(),
                give_up_after=timedelta(hours=max(give_up_after_h)),
            )
        ]


@contextmanager
def _workers() -> Iterator[ThreadPoolExecutor]:
    """Threads that start when they are needed. They are Slack's own, so one that hangs delays nothing else."""
    workers = ThreadPoolExecutor(_AT_ONCE_MAX, thread_name_prefix="slack")
    try:
        yield workers
    finally:
        workers.shutdown(wait=False, cancel_futures=True)


def _mail_transport(section: MailSection, resources: ChannelResources) -> MailTransport:
    sender = parse_address(section.sender)
    assert sender is not None, "the section is checked"
    return MailTransport(
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


def _slack_transport(section: SlackSection, resources: ChannelResources, workers: ThreadPoolExecutor) -> SlackTransport:
    return SlackTransport(
        resources.clock,
        workers,
        base_url=section.base_url,
        read_token=lambda: read_secret(section.token),
        timeout_s=section.timeout_s,
        trusted=ssl.create_default_context(cafile=resources.authorities),
        has_buttons=section.has_buttons,
    )
