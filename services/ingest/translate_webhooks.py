"""Translate stored webhooks into observations. What is not understood becomes a dead letter, with its bytes."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

import msgspec
import structlog
from nats.aio.msg import Msg

from services.ingest.domain.webhook import KEPT_PREFIX, Adapter, BodyUnreadable, Refused, Source, VerifiedWebhook
from services.ingest.metrics import IngestMetrics
from shared.clock import Clock
from shared.cloudevents import event_headers
from shared.dead_letters import dead_letter
from shared.events import ACTIVITY_OBSERVED, WEBHOOK_RECEIVED
from shared.jetstream import Outgoing, Publisher
from shared.observation import Observation, observation_id
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_SERVICE: Final = "ingest"
_SAFE: Final = "!#$&'()*+,/:;<=>?@[]^_`{|}~-."
_KEPT_PREFIX: Final = KEPT_PREFIX.lower()


class WebhookTranslator:
    """`activities` and `dead_letters` are publishers of the two streams."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        adapters: Mapping[str, Adapter],
        *,
        activities: Publisher,
        dead_letters: Publisher,
        clock: Clock,
        metrics: IngestMetrics,
    ) -> None:
        self._sources = sources
        self._adapters = adapters
        self._activities = activities
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics

    async def translate(self, batch: Sequence[Msg]) -> None:
        """Return once every observation and every dead letter of the batch is stored. Done again, it adds nothing.

        Raises:
            NotStored: JetStream did not confirm; the batch has to be translated again.
        """
        observations: list[Outgoing] = []
        letters: list[Outgoing] = []
        for message in batch:
            said, refused = self._understand(message)
            observations += said
            letters += refused
        if observations:
            await self._activities.store_all(observations)
        if letters:
            await self._dead_letters.store_all(letters)

    def _understand(self, message: Msg) -> tuple[list[Outgoing], list[Outgoing]]:
        name = message.subject.removeprefix(f"{WEBHOOK_RECEIVED}.")
        source = self._sources.get(name)
        if source is None:
            return [], [self._letter(message, "unknown_source", f"no source {name} is configured any more")]
        headers = {
            key.lower().removeprefix(_KEPT_PREFIX): value
            for key, value in (message.headers or {}).items()
            if key.lower().startswith(_KEPT_PREFIX)
        }
        webhook = VerifiedWebhook(source=source.name, headers=headers, body=message.data)
        try:
            items = self._adapters[source.kind].translate(webhook, source)
        except BodyUnreadable as unreadable:
            return [], [self._letter(message, "unreadable_body", unreadable.subject)]
        said = [self._event(message, source, item) for item in items if isinstance(item, Observation)]
        refused = [
            self._letter(message, "refused_observation", f"item {item.item}: {item.problem}", item=item.item)
            for item in items
            if isinstance(item, Refused)
        ]
        self._metrics.observations.labels(source.name).inc(len(said))
        return said, refused

    def _event(self, message: Msg, source: Source, observation: Observation) -> Outgoing:
        headers = event_headers(
            event_id=observation_id(source.name, observation),
            event_type=ACTIVITY_OBSERVED,
            source=f"/sources/{source.name}",
            subject=_header_text(observation.activity_id),
            time=self._clock.now(),
            traceparent=continue_trace((message.headers or {}).get(TRACEPARENT)),
        )
        data = msgspec.json.encode({"source": source.name, **msgspec.to_builtins(observation)})
        return Outgoing(subject=f"{ACTIVITY_OBSERVED}.{source.name}", headers=headers, data=data)

    def _letter(self, message: Msg, reason: str, detail: str, *, item: int | None = None) -> Outgoing:
        self._metrics.dead_letters.labels(reason).inc()
        trace = trace_id((message.headers or {}).get(TRACEPARENT))
        _log.warning("webhook_set_aside", subject=message.subject, reason=reason, detail=detail, trace_id=trace)
        return dead_letter(message, service=_SERVICE, reason=reason, detail=detail, item=item)


def _header_text(text: str) -> str:
    """A text as a header may carry it; CloudEvents ask for percent-encoding of the rest."""
    return quote(text, safe=_SAFE)
