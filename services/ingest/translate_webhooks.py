"""Translate stored webhooks into observations. Whatever cannot be translated becomes a dead letter, with its bytes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog
from nats.aio.msg import Msg

from services.ingest.domain.adapter import Adapter
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem, Source
from services.ingest.metrics import IngestMetrics
from services.ingest.read_webhooks import (
    Reprocessing,
    clock_ahead_s,
    observation_event,
    read_items,
    stored_webhook,
    unknown_outcome,
)
from shared.clock import Clock
from shared.event_types import WEBHOOK_RECEIVED
from shared.jetstream.dead_letters import READ_AGAIN_HEADER, dead_letter
from shared.jetstream.publisher import Outgoing, Publisher
from shared.observation import Observation, SourceName, UnreadableFact
from shared.privacy.contact_keys import with_hashed_contact
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_SERVICE: Final = "ingest"
_RECENT_ITEMS_MAX: Final = 50_000
_PROBLEMS_LISTED_MAX: Final = 3
FindSource = Callable[[SourceName], Awaitable[Source | None]]


class WebhookTranslator:
    """`activities` and `dead_letters` publish to the two streams. `find_source` looks for a source that is not among `sources`
    yet, since another replica has just added it. Without a `contact_secret` no contact is passed on."""

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
        find_source: FindSource,
    ) -> None:
        self._sources = sources
        self._adapters = adapters
        self._activities = activities
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics
        self._contact_secret = contact_secret
        self._find_source = find_source
        self._recent_items: dict[int, None] = {}

    async def translate(self, batch: Sequence[Msg]) -> None:
        """Return once every observation and every dead letter of the batch is stored. Repeating it stores nothing new.

        Raises:
            NotStored: JetStream did not confirm, so the batch has to be translated again.
        """
        observed: list[Outgoing] = []
        dead: list[Outgoing] = []
        for message in batch:
            if (name := _source_name(message)) not in self._sources:
                await self._find_source(name)
            events, dead_letters = self._translate_message(message)
            observed += events
            dead += dead_letters
        if observed:
            await self._activities.store_all(observed)
        if dead:
            await self._dead_letters.store_all(dead)

    def _translate_message(self, message: Msg) -> tuple[list[Outgoing], list[Outgoing]]:
        """The events and the dead letters that follow from one stored webhook."""
        name = _source_name(message)
        source = self._sources.get(name)
        if source is None:
            return [], [self._dead_letter(message, "unknown_source", f"source {name} is no longer configured")]
        adapter = self._adapters[source.kind]
        try:
            webhook = stored_webhook(message.headers or {}, message.data, source)
            items = list(read_items(webhook, source, adapter))
        except BodyUnreadable as unreadable:
            return [], [self._dead_letter(message, "unreadable_body", unreadable.subject)]
        events: list[Outgoing] = []
        refused: list[RefusedItem] = []
        for item in items:
            result = "ignored"
            for translated in item.translated:
                if isinstance(translated, RefusedItem):
                    result = "refused"
                    refused.append(translated)
                elif isinstance(translated, UnreadableFact):
                    self._metrics.unreadable_facts.labels(source.name, translated.name).inc()
                else:
                    result = "translated"
                    if unknown_outcome(translated, source) is not None:
                        self._metrics.unknown_outcomes.labels(source.name).inc()
                    observation = with_hashed_contact(translated, self._contact_secret)
                    events.append(self._event(message, observation, source=source.name, received_at=webhook.received_at))
            if result == "translated" and self._is_duplicate(adapter, source, item.item):
                result = "duplicate"
            self._metrics.items.labels(source.name, result).inc()
        return events, self._dead_letters_of(message, refused)

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
        if ahead_s := clock_ahead_s(observation, received_at):
            self._metrics.clock_ahead_seconds.labels(source).set(ahead_s)
        headers = message.headers or {}
        read_again_at = headers.get(READ_AGAIN_HEADER)
        return observation_event(
            observation,
            source=source,
            received_at=received_at,
            reprocessing=Reprocessing(at=datetime.fromisoformat(read_again_at)) if read_again_at else None,
            traceparent=continue_trace(headers.get(TRACEPARENT)),
            now=self._clock.now(),
        )

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


def _source_name(message: Msg) -> SourceName:
    return SourceName(message.subject.removeprefix(f"{WEBHOOK_RECEIVED}."))


def _list_problems(refused: Sequence[RefusedItem]) -> str:
    listed = "; ".join(f"item {item.index}: {item.problem}" for item in refused[:_PROBLEMS_LISTED_MAX])
    more = len(refused) - _PROBLEMS_LISTED_MAX
    return f"{listed}; and {more} more" if more > 0 else listed
