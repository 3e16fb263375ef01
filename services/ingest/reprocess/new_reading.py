"""What the stored webhooks of a source mean today, as events by activity.

Events of a webhook that cannot be read completely today stay as they were, and so do those of one that is not stored any more.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from nats.aio.client import Client

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import BodyUnreadable, Source
from services.ingest.read_webhooks import Reprocessing, observation_event, read_items, stored_webhook
from shared.event_types import ACTIVITY_OBSERVED, WEBHOOK_RECEIVED
from shared.jetstream.publisher import Outgoing
from shared.jetstream.stored_messages import OnProgress, StoredMessage, find_last_number, read_messages
from shared.jetstream.streams import ACTIVITIES, WEBHOOKS
from shared.observation import NO_JSON, ActivityId, Observation, ObservationData
from shared.privacy.contact_keys import with_hashed_contact
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace


class ActivityName(NamedTuple):
    """What identifies an activity among those of its source."""

    account: str
    activity_id: ActivityId


_past_event_decoder: Final = msgspec.json.Decoder(ObservationData)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From when until when webhooks were received; None leaves that end open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Whether the instant lies within, ends included."""
        return (self.since is None or self.since <= instant) and (self.until is None or instant <= self.until)


@dataclass(kw_only=True, slots=True)
class _ReadWebhook:
    """One webhook as it is read today. `problem` says why it cannot be read completely."""

    received_at: datetime
    stored_at: str
    traceparent: str
    observations: list[Observation] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewReading:
    """`events` holds every event of every activity that the webhooks mention today or mentioned before. `problems` are the
    webhooks that cannot be read completely, with the reason of each."""

    events: dict[ActivityName, list[Outgoing]]
    webhooks: int
    problems: tuple[str, ...]


async def read_again(
    connection: Client, source: Source, span: Span, *, contact_secret: bytes, now: datetime, on_progress: OnProgress
) -> NewReading:
    """Read the webhooks of a source that were received in the span. Stores nothing.

    Raises:
        StreamUnreadable: the server refused to let a stream be read.
    """
    webhooks = await _read_webhooks(connection, source, span, contact_secret=contact_secret, on_progress=on_progress)
    if not webhooks:
        return NewReading(events={}, webhooks=0, problems=())
    received = sorted(webhook.received_at for webhook in webhooks)
    events = _Events(source, Reprocessing(at=now, since=received[0], until=received[-1]), now)
    for webhook in webhooks:
        events.add_webhook(webhook)
    past = await _list_past_events(
        connection,
        source,
        Span(since=received[0], until=received[-1]),
        stored_since=webhooks[0].stored_at,
        on_progress=on_progress,
    )
    events.complete_with(past, webhooks)
    problems = tuple(f"{webhook.received_at:%Y-%m-%d %H:%M:%S}: {webhook.problem}" for webhook in webhooks if webhook.problem)
    return NewReading(events=events.by_activity, webhooks=len(webhooks), problems=problems)


async def _read_webhooks(
    connection: Client, source: Source, span: Span, *, contact_secret: bytes, on_progress: OnProgress
) -> list[_ReadWebhook]:
    last = await find_last_number(connection, WEBHOOKS)
    webhooks: list[_ReadWebhook] = []
    subject = f"{WEBHOOK_RECEIVED}.{source.name}"
    async for batch in read_messages(connection, WEBHOOKS, last=last, subject=subject):
        read = [_read_webhook(message, source, contact_secret=contact_secret) for message in batch]
        webhooks += [webhook for webhook in read if span.holds(webhook.received_at)]
        on_progress("reading webhooks", batch[-1].number if batch else last, last)
    return webhooks


def _read_webhook(message: StoredMessage, source: Source, *, contact_secret: bytes) -> _ReadWebhook:
    webhook = stored_webhook(message.headers, message.data, source)
    read = _ReadWebhook(
        received_at=webhook.received_at,
        stored_at=message.stored_at,
        traceparent=continue_trace(message.headers.get(TRACEPARENT)),
    )
    try:
        for item in read_items(webhook, source, ADAPTERS[source.kind]):
            read.observations += [with_hashed_contact(observation, contact_secret) for observation in item.observations]
            read.problem = read.problem or "; ".join(refused.problem for refused in item.refused)
    except BodyUnreadable as unreadable:
        read.problem = unreadable.subject
    return read


async def _list_past_events(
    connection: Client, source: Source, span: Span, *, stored_since: str, on_progress: OnProgress
) -> list[ObservationData]:
    """What was read before from webhooks that were received in the span: of each webhook and activity only the newest
    reading."""
    last = await find_last_number(connection, ACTIVITIES)
    newest: dict[tuple[datetime, ActivityName], list[ObservationData]] = {}
    subject = f"{ACTIVITY_OBSERVED}.{source.name}"
    async for batch in read_messages(connection, ACTIVITIES, last=last, subject=subject, since=stored_since):
        for message in batch:
            event = _decode_past_event(message.data)
            if event is None or event.received_at is None or not span.holds(event.received_at):
                continue
            known = newest.setdefault((event.received_at, _name_of(event)), [])
            if known and _read_at(known[0]) < _read_at(event):
                known.clear()
            if not known or _read_at(known[0]) == _read_at(event):
                known.append(event)
        on_progress("reading activities", batch[-1].number if batch else last, last)
    return [event for events in newest.values() for event in events]


def _decode_past_event(data: bytes) -> ObservationData | None:
    """None if it is no observation. Then it did not come from a webhook, and scoring did not record it."""
    try:
        return _past_event_decoder.decode(data)
    except NO_JSON:
        return None


def _read_at(event: ObservationData) -> float:
    """When the webhook was read again, in seconds since 1970; before everything if it was not."""
    return event.read_at.timestamp() if event.read_at is not None else 0.0


class _Events:
    """The events of a new reading, as they are put together."""

    def __init__(self, source: Source, again: Reprocessing, now: datetime) -> None:
        self.by_activity: dict[ActivityName, list[Outgoing]] = {}
        self._source = source
        self._again = again
        self._now = now

    def add_webhook(self, webhook: _ReadWebhook) -> None:
        for observation in webhook.observations:
            self._add(observation, webhook.received_at, webhook.traceparent)

    def complete_with(self, past: list[ObservationData], webhooks: list[_ReadWebhook]) -> None:
        """Add what stays as it was, and then what is not mentioned any more, without its facts."""
        read_completely = {webhook.received_at for webhook in webhooks if not webhook.problem}
        mentioned = {
            (webhook.received_at, _name_of(observation))
            for webhook in webhooks
            if webhook.problem
            for observation in webhook.observations
        }
        withdrawn: dict[ActivityName, ObservationData] = {}
        for event in past:
            assert event.received_at is not None
            if event.received_at in read_completely:
                withdrawn[_name_of(event)] = event
            elif (event.received_at, _name_of(event)) not in mentioned:
                self._add(_observation_of(event), event.received_at, continue_trace(None))
        for name, event in withdrawn.items():
            if name not in self.by_activity:
                assert event.received_at is not None
                bare = msgspec.structs.replace(_observation_of(event), facts={}, deleted=None)
                self._add(bare, event.received_at, continue_trace(None))

    def _add(self, observation: Observation, received_at: datetime, traceparent: str) -> None:
        event = observation_event(
            observation,
            source=self._source.name,
            received_at=received_at,
            reprocessing=self._again,
            traceparent=traceparent,
            now=self._now,
        )
        self.by_activity.setdefault(ActivityName(observation.account, observation.activity_id), []).append(event)


def _name_of(observation: Observation) -> ActivityName:
    return ActivityName(observation.account, observation.activity_id)


def _observation_of(event: ObservationData) -> Observation:
    return Observation(
        activity_id=event.activity_id,
        kind=event.kind,
        observed_at=event.observed_at,
        account=event.account,
        deleted=event.deleted,
        facts=event.facts,
    )
