"""Translate stored webhooks into observations. What is not understood becomes a dead letter, with its bytes."""

import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec
import structlog
from nats.aio.msg import Msg

from services.ingest.domain.adapter import Adapter
from services.ingest.domain.webhook import KEPT_PREFIX, BodyUnreadable, Refused, Source, VerifiedWebhook
from services.ingest.metrics import IngestMetrics
from shared.clock import Clock
from shared.events import ACTIVITY_OBSERVED, WEBHOOK_RECEIVED
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.dead_letters import dead_letter
from shared.jetstream.publisher import Outgoing, Publisher
from shared.observation import Observation, observation_id
from shared.privacy.contact_keys import with_hashed_contact
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_SERVICE: Final = "ingest"
_SAFE: Final = "!#$&'()*+,/:;<=>?@[]^_`{|}~-."
_KEPT_PREFIX: Final = KEPT_PREFIX.lower()
_RECENT_MAX: Final = 50_000
_PROBLEMS_TOLD_MAX: Final = 3


class WebhookTranslator:
    """`activities` and `dead_letters` are publishers of the two streams. Without a `contact_secret` no contact goes on."""

    def __init__(
        self,
        sources: Mapping[str, Source],
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
        self._recent: dict[int, None] = {}

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
        adapter = self._adapters[source.kind]
        try:
            items = adapter.items(_verified(message, source), source)
        except BodyUnreadable as unreadable:
            return [], [self._letter(message, "unreadable_body", unreadable.subject)]
        said: list[Outgoing] = []
        refused: list[Refused] = []
        for number, item in enumerate(items):
            result = "passed_over"
            for one in self._read(adapter, source, number, item):
                if isinstance(one, Refused):
                    result = "refused"
                    refused.append(one)
                else:
                    result = "understood"
                    said.append(self._event(message, source, with_hashed_contact(one, self._contact_secret)))
            if result == "understood" and self._is_repeated(adapter, source, item):
                result = "repeated"
            self._metrics.items.labels(source.name, result).inc()
        return said, self._letters(message, refused)

    def _read(self, adapter: Adapter, source: Source, number: int, item: object) -> list[Observation | Refused]:
        """What the item says. A fault of the adapter itself is one dead letter: it must not stop what comes behind."""
        try:
            return adapter.translate_item(number, item, source)
        except Exception as fault:  # noqa: BLE001  # whatever it is: logged by its place, as its words may quote the body
            place = traceback.extract_tb(fault.__traceback__)[-1]
            at = f"{place.name}:{place.lineno}"
            _log.error("adapter_failed", source=source.name, kind=source.kind, fault=type(fault).__name__, at=at)
            return [Refused(item=number, problem=f"the adapter failed ({type(fault).__name__})", reason="adapter_failed")]

    def _is_repeated(self, adapter: Adapter, source: Source, item: Any) -> bool:
        """Whether the item came a short while ago already. Only counted: what it says has the same id as then."""
        identity = hash((source.name, repr(adapter.identity(item))))
        if identity in self._recent:
            return True
        self._recent[identity] = None
        if len(self._recent) > _RECENT_MAX:
            del self._recent[next(iter(self._recent))]
        return False

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

    def _letters(self, message: Msg, refused: Sequence[Refused]) -> list[Outgoing]:
        """One letter for each reason, however many items there are: each holds the whole body."""
        by_reason: dict[str, list[Refused]] = {}
        for one in refused:
            by_reason.setdefault(one.reason, []).append(one)
        return [self._letter(message, reason, _told(items)) for reason, items in by_reason.items()]

    def _letter(self, message: Msg, reason: str, detail: str) -> Outgoing:
        self._metrics.dead_letters.labels(reason).inc()
        trace = trace_id((message.headers or {}).get(TRACEPARENT))
        _log.warning("webhook_set_aside", subject=message.subject, reason=reason, detail=detail, trace_id=trace)
        return dead_letter(message, service=_SERVICE, reason=reason, detail=detail)


def _verified(message: Msg, source: Source) -> VerifiedWebhook:
    """The webhook as the door stored it."""
    headers = {name.lower(): value for name, value in (message.headers or {}).items()}
    kept = {name.removeprefix(_KEPT_PREFIX): value for name, value in headers.items() if name.startswith(_KEPT_PREFIX)}
    received_at = datetime.fromisoformat(headers["ce-time"])
    return VerifiedWebhook(source=source.name, headers=kept, body=message.data, received_at=received_at)


def _told(refused: Sequence[Refused]) -> str:
    told = "; ".join(f"item {one.item}: {one.problem}" for one in refused[:_PROBLEMS_TOLD_MAX])
    left = len(refused) - _PROBLEMS_TOLD_MAX
    return f"{told}; and {left} more" if left > 0 else told


def _header_text(text: str) -> str:
    """A text as a header may carry it; CloudEvents ask for percent-encoding of the rest."""
    return quote(text, safe=_SAFE)
