"""The ways to people: what is known of them, a test of one, and a nudge sent to its person once more."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.deliver.channel import Channel, Delivered, Outcome
from services.nudges.deliver.channels.personal import PersonalChannel, find_personal_channel
from services.nudges.deliver.deliveries import requeue_delivery
from services.nudges.deliver.personal.contact_states import list_contact_states, record_attempts
from services.nudges.deliver.personal.transport import nudge_without_rule, personal_message
from shared.errors import DaymarkError
from shared.events import Nudge, NudgeId, Person, PersonId
from shared.languages.current import using_language
from shared.languages.messages import gettext, marked
from shared.reach import WEBHOOK, Contacts
from shared.requests.people import ContactList, PersonTest, TestResult, TriedWay, WayList, WayRow, WebhookKey, WebhookKeyList

_TEXT: Final = marked("This is a test message from Daymark. If you can read it, messages reach you here.")
_REASON: Final = marked(
    "Whoever runs Daymark for your team sent this to check that messages reach you. You don't need to do anything."
)


class NoPersonalChannel(DaymarkError):
    """No way to individuals is configured, so no message can be sent to one person. Set [channels.mail], [channels.slack],
    [channels.teams] or [channels.personal_webhooks] in daymark.toml; docs/channels.md says how."""


class NoPersonalWebhooks(DaymarkError):
    """No personal webhooks are configured, so there is no key. Set secrets of [channels.personal_webhooks] in daymark.toml."""


class NoWebhookOfPerson(DaymarkError):
    """The roster has no webhook of this person today. Put {webhook: https://…} into their `reach`, and apply the roster."""


class NotResent(DaymarkError):
    """This nudge cannot be sent again: no message to its person was ever queued, or one is on its way. `daymark nudges`
    lists the nudges."""


def _personal_channel(channels: Mapping[str, Channel]) -> PersonalChannel:
    """The channel to individuals.

    Raises:
        NoPersonalChannel: there is none.
    """
    channel = find_personal_channel(channels)
    if channel is None:
        raise NoPersonalChannel
    return channel


async def list_ways(pool: asyncpg.Pool, channels: Mapping[str, Channel]) -> WayList:
    """What is known of every way that was tried, and which ways are configured."""
    personal = find_personal_channel(channels)
    return WayList(
        configured=personal.transports if personal is not None else (),
        rows=tuple(
            WayRow(
                person=state.person_id,
                transport=state.transport,
                last_delivered_at=state.last_delivered_at,
                failures=state.failures,
                failing_since=state.failing_since,
                last_error=state.last_error,
            )
            for state in await list_contact_states(pool)
        ),
    )


async def send_test(pool: asyncpg.Pool, channels: Mapping[str, Channel], query: PersonTest, *, now: datetime) -> TestResult:
    """Send a message that is no nudge to a person now, and record what became of each way.

    Raises:
        NoPersonalChannel: no way to individuals is configured.
    """
    channel = _personal_channel(channels)
    with using_language(await channel.language_of(query.person)):
        outcome = await channel.send(_test_message(query, now=now), attempts=1)
    async with pool.acquire() as connection, connection.transaction():
        await record_attempts(connection, query.person, outcome.tried, now=now)
    return _result_of(outcome)


async def send_test_to_contacts(
    channels: Mapping[str, Channel], query: PersonTest, contacts: Contacts, *, now: datetime
) -> TestResult:
    """Send the same message to an operator whom the roster does not list. Nothing is recorded of them.

    Raises:
        NoPersonalChannel: no way to individuals is configured.
    """
    channel = _personal_channel(channels)
    with using_language(await channel.language_of(query.person)):
        message = personal_message(_test_message(query, now=now), stop_url="")
        return _result_of(await channel.send_message(message, contacts))


def _result_of(outcome: Outcome) -> TestResult:
    return TestResult(
        tried=tuple(TriedWay(transport=attempt.transport, error=attempt.error) for attempt in outcome.tried),
        error="" if isinstance(outcome, Delivered) else outcome.error,
    )


AskScoring = Callable[[PersonId], Awaitable[ContactList]]
"""How the roster says today that a person is reached."""


async def list_webhook_keys(channels: Mapping[str, Channel], person_id: PersonId, ask_scoring: AskScoring) -> WebhookKeyList:
    """What the receivers at a person's own addresses verify with.

    Raises:
        NoPersonalChannel, NoPersonalWebhooks: they are not configured.
        NoWebhookOfPerson: the roster has no such address.
        NoResponder, Refused: the roster cannot be asked now.
    """
    channel = _personal_channel(channels)
    contacts = (await ask_scoring(person_id)).contacts
    addresses = [contact.address for contact in contacts if contact.transport == WEBHOOK.name]
    if not addresses:
        raise NoWebhookOfPerson(person_id)
    keys = []
    for address in addresses:
        secret = channel.secret_for_webhook(address)
        if secret is None:
            raise NoPersonalWebhooks
        keys.append(WebhookKey(address=address, secret=secret))
    return WebhookKeyList(keys=tuple(keys))


async def resend(pool: asyncpg.Pool, channels: Mapping[str, Channel], nudge_id: NudgeId, *, now: datetime) -> None:
    """Queue the delivery of a nudge to its person once more.

    Raises:
        NoPersonalChannel: no way to individuals is configured.
        NotResent: the nudge has no such delivery, or it is on its way.
    """
    channel = _personal_channel(channels)
    if not await requeue_delivery(pool, nudge_id, channel.name, now=now):
        raise NotResent(nudge_id)


def _test_message(query: PersonTest, *, now: datetime) -> Nudge:
    person = Person(id=query.person, name=query.name)
    return nudge_without_rule(person, name="test", text=gettext(_TEXT), reason=gettext(_REASON), now=now)
