"""The metrics of ingest: name, unit, labels, and what to do when one moves."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.ingest.domain.webhook import Source

UNKNOWN: Final = "unknown"
RESULTS: Final = ("stored", "unknown_source", "unauthorized", "too_large", "too_slow", "encoded", "unavailable")
REFUSED: Final = ("unauthorized", "too_large", "too_slow", "encoded", "unavailable")
ITEM_RESULTS: Final = ("understood", "repeated", "passed_over", "refused")
DEAD_REASONS: Final = ("unreadable_body", "refused_observation", "adapter_failed", "unknown_source")


class IngestMetrics:
    """All of them, in a registry of their own; every label is there from the start."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter(
            "daymark_ingest_webhooks_total",
            "Webhooks by what became of them. `unauthorized` rising: secrets differ. `unavailable`: NATS is away.",
            ["source", "result"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "daymark_ingest_request_seconds",
            "From the first byte to the answer. Rising: the broker's disk is slow, or too many wait at once.",
            ["source"],
            registry=self.registry,
            buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
        )
        self.in_flight = Gauge(
            "daymark_ingest_requests_in_flight",
            "Requests being answered. At its limit, further ones get 503: add a replica.",
            registry=self.registry,
        )
        self.newest_seconds = Gauge(
            "daymark_ingest_newest_webhook_timestamp_seconds",
            "When the source last sent something that was stored (Unix time, the service's clock; 0: never).",
            ["source"],
            registry=self.registry,
        )
        self.refused_seconds = Gauge(
            "daymark_ingest_newest_refusal_timestamp_seconds",
            "When something of the source was last refused, by why (Unix time, the service's clock; 0: never).",
            ["source", "result"],
            registry=self.registry,
        )
        self.expires_seconds = Gauge(
            "daymark_ingest_source_expires_timestamp_seconds",
            "When the sender stops by itself, where `expires_at` says so (Unix time). Near: renew its channel.",
            ["source"],
            registry=self.registry,
        )
        self._behind_the_door()
        self._label_all(sources)

    def _behind_the_door(self) -> None:
        """Translation, behind the door."""
        self.items = Counter(
            "daymark_ingest_items_total",
            "Items of webhooks. `repeated` rising: the sender tries again, answers come too late. `refused`: dead letters.",
            ["source", "result"],
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "daymark_ingest_dead_letters_total",
            "Webhooks or items that were not understood and set aside in DEAD. Any: look at their reason there.",
            ["reason"],
            registry=self.registry,
        )
        self.retries = Counter(
            "daymark_ingest_batch_retries_total",
            "Batches of translation that failed and were tried again. Rising: NATS is away or refuses; look at the log.",
            registry=self.registry,
        )
        self.backlog = Gauge(
            "daymark_ingest_backlog_messages",
            "Webhooks that are stored and not yet translated. Growing for minutes: add a replica.",
            registry=self.registry,
        )

    def _label_all(self, sources: Mapping[str, Source]) -> None:
        for source in (*sources, UNKNOWN):
            for result in RESULTS:
                self.webhooks.labels(source, result)
            for result in REFUSED:
                self.refused_seconds.labels(source, result)
            self.request_seconds.labels(source)
            self.newest_seconds.labels(source)
            for result in ITEM_RESULTS:
                self.items.labels(source, result)
        for configured in sources.values():
            if configured.expires_at is not None:
                self.expires_seconds.labels(configured.name).set(configured.expires_at.timestamp())
        for reason in DEAD_REASONS:
            self.dead_letters.labels(reason)
