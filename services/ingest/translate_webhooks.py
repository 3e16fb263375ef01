"""Translate stored webhooks into observations. Whatever cannot be translated becomes a dead letter, with its bytes."""

import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

import msgspec
import structlog
from nats.aio.msg import Msg

from services.ingest.domain.adapter import Adapter, Translated
from services.ingest.domain.webhook import SENDER_HEADER_PREFIX, BodyUnreadable, RefusedItem, Source, VerifiedWebhook
from services.ingest.metrics import IngestMetrics
from shared.clock import Clock
from shared.event_types import ACTIVITY_OBSERVED, WEBHOOK_RECEIVED
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.dead_letters import READ_AGAIN_HEADER, dead_letter
from shared.jetstream.publisher import Outgoing, Publisher
from shared.observation import Observation, SourceName, UnreadableFact, observation_id
from shared.privacy.contact_keys import with_hashed_contact
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_SERVICE: Final = "ingest"
_SUBJECT_SAFE: Final = "!#$&'()*+,/:;<=>?@[]^_`{|}~-."
_HEADER_PREFIX: Final = SENDER_HEADER_PREFIX.lower()
_RECENT_ITEMS_MAX: Final = 50_000
_PROBLEMS_LISTED_MAX: Final = 3


class WebhookTranslator:
    """`activities` and `dead_letters` publish to the two streams. Without a `contact_secret` no contact is passed on."""

    def __init__(
        self,
        sources: Mapping[SourceName, Source],
        adapters: Mapping[str, Adapter],
        *,
        activities: Publisher,
        dead_letters: Publisher,
        clock: Clock,
        metrics: IngestMetrics,
        contact_secret: bytes,
    ) -> None:
        self._sources = sources
        self._adapters = adapters
        self._activities = activities
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics
        self._contact_secret = contact_secret
        self._recent_items: dict[int, None] = {}

    async def translate(self, batch: Sequence[Msg]) -> None:
        """Return once every observation and every dead letter of the batch is stored. Repeating it stores nothing new.

        Raises:
            NotStored: JetStream did not confirm, so the batch has to be translated again.
        """
        observed: list[Outgoing] = []
        dead: list[Outgoing] = []
        for message in batch:
            events, dead_letters = self._translate_message(message)
            observed += events
            dead += dead_letters
        if observed:
            await self._activities.store_all(observed)
        if dead:
            await self._dead_letters.store_all(dead)

    def _translate_message(self, message: Msg) -> tuple[list[Outgoing], list[Outgoing]]:
        """The events and the dead letters that follow from one stored webhook."""
        name = SourceName(message.subject.removeprefix(f"{WEBHOOK_RECEIVED}."))
        source = self._sources.get(name)
        if source is None:
            return [], [self._dead_letter(message, "unknown_source", f"source {name} is no longer configured")]
        adapter = self._adapters[source.kind]
        try:
            webhook = _read_stored(message, source)
            items = adapter.items(webhook, source)
        except BodyUnreadable as unreadable:
            return [], [self._dead_letter(message, "unreadable_body", unreadable.subject)]
        events: list[Outgoing] = []
        refused: list[RefusedItem] = []
        for index, item in enumerate(items):
            result = "ignored"
            for translated in self._translate_item(adapter, source, index, item):
                if isinstance(translated, RefusedItem):
                    result = "refused"
                    refused.append(translated)
                elif isinstance(translated, UnreadableFact):
                    self._metrics.unreadable_facts.labels(source.name, translated.name).inc()
                else:
                    result = "translated"
                    observation = with_hashed_contact(translated, self._contact_secret)
                    events.append(self._event(message, observation, source=source.name, received_at=webhook.received_at))
            if result == "translated" and self._is_duplicate(adapter, source, item):
                result = "duplicate"
            self._metrics.items.labels(source.name, result).inc()
        return events, self._dead_letters_of(message, refused)

    def _translate_item(self, adapter: Adapter, source: Source, index: int, item: object) -> list[Translated]:
        """A bug in an adapter becomes a dead letter: it must not block the messages behind it."""
        try:
            return adapter.translate_item(index, item, source)
        except Exception as bug:  # noqa: BLE001  # any bug: only its place is logged, since its message may quote the body
            frame = traceback.extract_tb(bug.__traceback__)[-1]
            at = f"{frame.name}:{frame.lineno}"
            _log.error("adapter_failed", source=source.name, kind=source.kind, error=type(bug).__name__, at=at)
            return [RefusedItem(index=index, problem=f"the adapter failed ({type(bug).__name__})", reason="adapter_failed")]

    def _is_duplicate(self, adapter: Adapter, source: Source, item: object) -> bool:
        """Whether the item was delivered before, not long ago. It is only counted: its observations have the same ids."""
        assert isinstance(item, Mapping)
        identity = hash((source.name, repr(adapter.identify(item))))
        if identity in self._recent_items:
            return True
        self._recent_items[identity] = None
        if len(self._recent_items) > _RECENT_ITEMS_MAX:
            del self._recent_items[next(iter(self._recent_items))]
        return False

    def _event(self, message: Msg, observation: Observation, *, source: SourceName, received_at: datetime) -> Outgoing:
        """Nothing is true before it is: an observation that a sender dates later than its arrival is true since then."""
        if observation.observed_at > received_at:
            ahead_s = (observation.observed_at - received_at).total_seconds()
            self._metrics.clock_ahead_seconds.labels(source).set(ahead_s)
            observation = msgspec.structs.replace(observation, observed_at=received_at)
        headers = event_headers(
            event_id=observation_id(source, observation),
            event_type=ACTIVITY_OBSERVED,
            source=f"/sources/{source}",
            subject=quote(observation.activity_id, safe=_SUBJECT_SAFE),  # as CloudEvents encode attributes in headers
            time=self._clock.now(),
            traceparent=continue_trace((message.headers or {}).get(TRACEPARENT)),
        )
        read_again = (message.headers or {}).get(READ_AGAIN_HEADER)
        reading = {"received_at": received_at} | ({"read_at": read_again} if read_again else {})
        data = msgspec.json.encode({"source": source, **reading, **msgspec.to_builtins(observation)})
        return Outgoing(subject=f"{ACTIVITY_OBSERVED}.{source}", headers=headers, data=data)

    def _dead_letters_of(self, message: Msg, refused: Sequence[RefusedItem]) -> list[Outgoing]:
        """One dead letter for each reason, however many items were refused: each contains the whole body."""
        by_reason: dict[str, list[RefusedItem]] = {}
        for item in refused:
            by_reason.setdefault(item.reason, []).append(item)
        return [self._dead_letter(message, reason, _list_problems(items)) for reason, items in by_reason.items()]

    def _dead_letter(self, message: Msg, reason: str, detail: str) -> Outgoing:
        self._metrics.dead_letters.labels(reason).inc()
        trace = trace_id((message.headers or {}).get(TRACEPARENT))
        _log.warning("webhook_dead_lettered", subject=message.subject, reason=reason, detail=detail, trace_id=trace)
        return dead_letter(message, service=_SERVICE, reason=reason, detail=detail)


def _read_stored(message: Msg, source: Source) -> VerifiedWebhook:
    """The webhook as the door stored it."""
    headers = {name.lower(): value for name, value in (message.headers or {}).items()}
    sender_headers = {
        name.removeprefix(_HEADER_PREFIX): value for name, value in headers.items() if name.startswith(_HEADER_PREFIX)
    }
    received_at = datetime.fromisoformat(headers["ce-time"])
    return VerifiedWebhook(source=source.name, headers=sender_headers, body=message.data, received_at=received_at)


def _list_problems(refused: Sequence[RefusedItem]) -> str:
    listed = "; ".join(f"item {item.index}: {item.problem}" for item in refused[:_PROBLEMS_LISTED_MAX])
    more = len(refused) - _PROBLEMS_LISTED_MAX
    return f"{listed}; and {more} more" if more > 0 else listed
