"""Receive a webhook: verify the sender, store the bytes, and only then confirm."""

import uuid
from collections.abc import Mapping
from typing import Final

from services.ingest.domain.adapter import Adapter
from services.ingest.domain.webhook import SENDER_HEADER_PREFIX, RawWebhook, Source
from shared.clock import Clock
from shared.errors import DaymarkError
from shared.event_types import WEBHOOK_RECEIVED
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.observation import SourceName
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace

_NOT_REACHED: Final = "JetStream has not been reached yet"
_CONTENT_TYPE: Final = "application/octet-stream"


class NoSuchSource(DaymarkError):
    """No source of this name is configured. Add it with `daymark sources add`, or correct the URL at the sender."""


class WebhookReceiver:
    """`sources` by name, `adapters` by kind. Without a publisher, while JetStream has not been reached, it stores nothing."""

    def __init__(
        self, sources: Mapping[SourceName, Source], adapters: Mapping[str, Adapter], publisher: Publisher | None, clock: Clock
    ) -> None:
        self._sources = sources
        self._adapters = adapters
        self._publisher = publisher
        self._clock = clock

    async def receive(self, source_name: SourceName, webhook: RawWebhook) -> None:
        """Return once the webhook is on disk.

        Raises:
            NoSuchSource: no source of this name is configured.
            SignatureMismatch: it is not signed by the source.
            NotStored: JetStream did not confirm, so the sender has to send it again.
        """
        source = self.source(source_name)
        if self._publisher is None:
            raise NotStored(_NOT_REACHED)
        now = self._clock.now()
        verified = self._adapters[source.kind].verify(webhook, source, now=now)
        headers = event_headers(
            event_id=str(uuid.uuid4()),
            event_type=WEBHOOK_RECEIVED,
            source="/ingest",
            subject=source.name,
            time=now,
            traceparent=continue_trace(webhook.headers.get(TRACEPARENT)),
            content_type=_CONTENT_TYPE,
            deduplicate=False,  # a duplicate is harmless later on, and here it would refuse a whole batch
        )
        headers |= {
            f"{SENDER_HEADER_PREFIX}{name}": value for name, value in verified.headers.items() if _is_safe_header(value)
        }
        subject = f"{WEBHOOK_RECEIVED}.{source.name}"
        await self._publisher.store(Outgoing(subject=subject, headers=headers, data=verified.body))

    def adapter(self, source_name: SourceName) -> Adapter:
        """How the sender of this source is understood and answered.

        Raises:
            NoSuchSource: no source of this name is configured.
            NotStored: JetStream has not been reached, and may have a stored source of this name.
        """
        return self._adapters[self.source(source_name).kind]

    def source(self, name: SourceName) -> Source:
        """The source of this name.

        Raises:
            NoSuchSource: no source of this name is configured.
            NotStored: JetStream has not been reached, and may have a stored source of this name.
        """
        try:
            return self._sources[name]
        except KeyError:
            if self._publisher is None:
                raise NotStored(_NOT_REACHED) from None
            raise NoSuchSource(name[:64]) from None


def _is_safe_header(value: str) -> bool:
    """Whether a header value can be passed on; one that could break out of its line cannot."""
    return value.isascii() and value.isprintable()
