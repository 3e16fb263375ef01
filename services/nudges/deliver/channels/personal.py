"""Each person, on the way that they prefer: the transports that are configured, and the roster's `reach`."""

import hashlib
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, NamedTuple

from services.nudges.deliver.channel import (
    ATTEMPT_TIMEOUT_MAX_S,
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
from services.nudges.deliver.personal.mail import MailTransport
from services.nudges.deliver.personal.posts.personal_webhook import PersonalWebhook
from services.nudges.deliver.personal.posts.teams import TeamsTransport
from services.nudges.deliver.personal.sections import (
    TRANSPORT_TIMEOUT_MAX_S,
    MailSection,
    PersonalKeys,
    PersonalWebhooksSection,
    SlackSection,
    TeamsSection,
    parse_address,
)
from services.nudges.deliver.personal.slack import SlackTransport
from services.nudges.deliver.personal.transport import PersonalMessage, Transport, personal_message
from services.nudges.deliver.personal.transport_health import FailingServer, TransportHealth
from services.nudges.deliver.posting.public_client import http_client
from shared.clock import monotonic_s
from shared.events import Nudge, PersonId
from shared.languages.current import using_language
from shared.reach import ContactPoint, Contacts
from shared.requests.client import NoResponder, Refused
from shared.service.settings import read_secret

_TRIED_AT_LEAST: Final = 2
"""So many ways to a person can be tried within one lease, however long each of them takes."""
_AT_ONCE_MAX: Final = 8


class PersonalChannel:
    """Tries the ways to a person in their order, and ends with the first that works. Whoever can be reached in none of them is
    no failure of the channel. A transport whose server asks to wait, or does not work, is left alone for a while, and the
    others work on; the channel fails only when none of its servers works."""

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
        self._health = TransportHealth(self._transports)

    def secret_for_webhook(self, address: str) -> str | None:
        """What the receiver at a person's own address verifies with; None if no personal webhooks are configured.

        Raises:
            SecretMissing, SettingsRefused: the installation's secret cannot be used.
        """
        transport = self._transports.get(PersonalWebhook.name)
        return transport.secret_for(address) if isinstance(transport, PersonalWebhook) else None

    @property
    def transports(self) -> tuple[str, ...]:
        """The names of the transports that are configured."""
        return tuple(self._transports)

    def failing_servers(self) -> tuple[FailingServer, ...]:
        """The servers that do not work, as this process knows, while another one does."""
        return self._health.failing_servers()

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        directory = self._find_directory()
        try:
            today = await directory.find_contacts(nudge)
        except (NoResponder, Refused):
            return TryLater(error="scoring, which has the roster, does not answer")
        with using_language(await directory.language_of(nudge.person.id)):
            return await self.send_message(personal_message(nudge, stop_url=directory.stop_url(nudge)), today)

    async def language_of(self, person_id: PersonId) -> str:
        """The language in which a person reads messages."""
        return await self._find_directory().language_of(person_id)

    async def send_message(self, message: PersonalMessage, today: Contacts) -> Outcome:
        """Send a message to a person in the ways that they have today, whether it is a nudge or not. What a way writes around
        it is in the language that is used now."""
        ways = [contact for contact in today.contacts if contact.transport in self._transports]
        if not ways:
            missing = ", ".join(contact.transport for contact in today.contacts)
            return Unreachable(error=today.because or f"no such channel is configured: {missing}")
        return await self._try(ways, message)

    async def _try(self, ways: Sequence[ContactPoint], message: PersonalMessage) -> Outcome:
        """Two ways at least, and further ones while there is time for them within the lease."""
        tried: list[ContactAttempt] = []
        failures: list[_Failure] = []
        started_s = monotonic_s()
        for way in ways:
            time_left_s = ATTEMPT_TIMEOUT_MAX_S - (monotonic_s() - started_s)
            if len(tried) >= _TRIED_AT_LEAST and time_left_s < TRANSPORT_TIMEOUT_MAX_S:
                break
            if (later := self._health.admit(way.transport)) is not None:
                failures.append(_Failure(way.transport, later))
                continue
            outcome = await self._transports[way.transport].send(message, way.address)
            self._health.note(way.transport, outcome)
            if isinstance(outcome, Delivered):
                return Delivered(tried=(*tried, ContactAttempt(transport=way.transport)))
            tried.append(ContactAttempt(transport=way.transport, error=outcome.error))
            failures.append(_Failure(way.transport, self._of_transport(outcome)))
        return _failure(tuple(tried), failures)

    def _of_transport(self, outcome: TryLater | GiveUp) -> TryLater | GiveUp:
        """While other servers work, or if the server asks to wait, only what goes through this transport waits."""
        if isinstance(outcome, TryLater) and (outcome.after_s is not None or self._health.is_any_working):
            return replace(outcome, is_of_recipient=True)
        return outcome


class _Failure(NamedTuple):
    transport: str
    outcome: TryLater | GiveUp


def find_personal_channel(channels: Mapping[str, Channel]) -> PersonalChannel | None:
    """The channel to individuals, if a transport is configured."""
    channel = channels.get(PersonalChannel.name)
    return channel if isinstance(channel, PersonalChannel) else None


def _failure(tried: tuple[ContactAttempt, ...], failures: Sequence[_Failure]) -> Outcome:
    """What is left when no way has worked: to try again if one of them may work later."""
    error = "; ".join(f"{transport}: {outcome.error}" for transport, outcome in failures)
    later = [outcome for _, outcome in failures if isinstance(outcome, TryLater)]
    if not later:
        return Unreachable(error=error, tried=tried)
    asked_s = [outcome.after_s for outcome in later if outcome.after_s is not None]
    is_of_recipient = all(outcome.is_of_recipient for outcome in later)
    return TryLater(error=error, after_s=min(asked_s, default=None), is_of_recipient=is_of_recipient, tried=tried)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """A transport that is configured, and the server that it uses."""

    transport: Transport
    place: str
    give_up_after_h: float


@channel_type("personal", keys=PersonalKeys)
@asynccontextmanager
async def open_personal(settings: PersonalKeys, resources: ChannelResources) -> AsyncIterator[Sequence[Channel]]:
    """One channel if a transport is configured.

    Raises:
        SecretMissing: the signing secret of Slack, the address of the Teams workflow, or a secret of personal webhooks is not
            where the configuration says it is.
        SecretTooShort: one of these secrets could be guessed.
        WorkflowUrlRefused: that address cannot be used.
    """
    async with AsyncExitStack() as stack:
        ways: list[_Way] = []
        if settings.mail.host:
            ways.append(_mail(settings.mail, resources))
        if settings.slack.token:
            ways.append(_slack(settings.slack, resources, stack.enter_context(_workers())))
        if settings.teams.url:
            ways.append(await stack.enter_async_context(_open_teams(settings.teams, resources)))
        if settings.personal_webhooks.secrets:
            ways.append(await stack.enter_async_context(_open_webhooks(settings.personal_webhooks, resources)))
        if not ways:
            yield []
            return
        yield [
            PersonalChannel(
                [way.transport for way in ways],
                resources.find_directory,
                destination=hashlib.sha256("\n".join(way.place for way in ways).encode()).digest(),
                give_up_after=timedelta(hours=max(way.give_up_after_h for way in ways)),
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


def _mail(section: MailSection, resources: ChannelResources) -> _Way:
    sender = parse_address(section.sender)
    assert sender is not None, "the section is checked"
    transport = MailTransport(
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
    return _Way(transport=transport, place=f"{section.host}:{section.port}", give_up_after_h=section.give_up_after_h)


def _slack(section: SlackSection, resources: ChannelResources, workers: ThreadPoolExecutor) -> _Way:
    if section.has_buttons:
        section.read_signing_secret()
    transport = SlackTransport(
        resources.clock,
        workers,
        base_url=section.base_url,
        read_token=lambda: read_secret(section.token),
        timeout_s=section.timeout_s,
        trusted=ssl.create_default_context(cafile=resources.authorities),
        has_buttons=section.has_buttons,
    )
    return _Way(transport=transport, place=section.base_url, give_up_after_h=section.give_up_after_h)


@asynccontextmanager
async def _open_teams(section: TeamsSection, resources: ChannelResources) -> AsyncIterator[_Way]:
    """The place leaves out the signature of the address: a new one leads to the same workflow."""
    url = section.read_url()
    async with http_client() as client:
        transport = TeamsTransport(
            client,
            resources.clock,
            read_url=section.read_url,
            timeout_s=section.timeout_s,
            allowed=section.allow_networks,
        )
        yield _Way(transport=transport, place=f"{url.host}{url.path}", give_up_after_h=section.give_up_after_h)


@asynccontextmanager
async def _open_webhooks(section: PersonalWebhooksSection, resources: ChannelResources) -> AsyncIterator[_Way]:
    """The place is no server: each person has their own."""
    section.read_secrets()
    async with http_client() as client:
        transport = PersonalWebhook(
            client,
            resources.clock,
            read_secrets=section.read_secrets,
            timeout_s=section.timeout_s,
            allowed=section.allow_networks,
        )
        yield _Way(transport=transport, place="personal webhooks", give_up_after_h=section.give_up_after_h)
