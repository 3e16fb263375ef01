"""The metrics of ingest: name, unit, labels, and what to do when one moves."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.ingest.domain.webhook import Source
from shared.observation import SourceName

WEBHOOKS_TOTAL: Final = "daymark_ingest_webhooks_total"
NEWEST_REFUSAL_TIMESTAMP_SECONDS: Final = "daymark_ingest_newest_refusal_timestamp_seconds"
UNKNOWN: Final = SourceName("unknown")
REFUSAL_RESULTS: Final = ("unauthorized", "too_large", "too_slow", "encoded", "unavailable")
RESULTS: Final = ("stored", "handshake", "unknown_source", *REFUSAL_RESULTS)
SIGNATURE_FAILURES_TOTAL: Final = "daymark_ingest_signature_failures_total"
SIGNATURE_CAUSES: Final = ("missing", "time", "mismatch")
ITEM_RESULTS: Final = ("translated", "duplicate", "ignored", "refused")
DEAD_LETTER_REASONS: Final = ("unreadable_body", "refused_observation", "adapter_failed", "unknown_source")

_PATHS_MAX: Final = 100
_PATH_LENGTH_MAX: Final = 100


class IngestMetrics:
    """All metrics, in a registry of their own. Every label value exists from the start."""

    def __init__(self, sources: Mapping[SourceName, Source]) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter(
            WEBHOOKS_TOTAL,
            "Requests by result. `unauthorized` rises: see the signature failures. `unavailable` rises: NATS is down.",
            ["source", "result"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "daymark_ingest_request_seconds",
            "Time from the first byte to the response. Rises: the broker's disk is slow, or too many requests wait at once.",
            ["source"],
            registry=self.registry,
            buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
        )
        self.in_flight = Gauge(
            "daymark_ingest_requests_in_flight",
            "Requests in progress. At its limit, further ones are answered 503: add a replica.",
            registry=self.registry,
        )
        self.newest_seconds = Gauge(
            "daymark_ingest_newest_webhook_timestamp_seconds",
            "When a webhook of the source was last stored (Unix time; 0: never). Old: see `daymark doctor`.",
            ["source"],
            registry=self.registry,
        )
        self.expires_seconds = Gauge(
            "daymark_ingest_source_expires_timestamp_seconds",
            "When the sender stops sending by itself, if `expires_at` is set (Unix time). Near: renew its channel.",
            ["source"],
            registry=self.registry,
        )
        self._add_refusal_metrics()
        self._add_translation_metrics()
        self._add_disks()
        self._create_labels(sources)

    def _add_disks(self) -> None:
        self.disk_free_bytes = Gauge(
            "daymark_ingest_disk_free_bytes",
            "What is free on the disk of a folder of `ingest.disks`. Little: make room, or move the folder to a larger disk.",
            ["disk"],
            registry=self.registry,
        )
        self.disk_size_bytes = Gauge(
            "daymark_ingest_disk_size_bytes",
            "How large that disk is, without what is reserved for the administrator. Compare what is free with it.",
            ["disk"],
            registry=self.registry,
        )

    def _add_refusal_metrics(self) -> None:
        self.signature_failures = Counter(
            SIGNATURE_FAILURES_TOTAL,
            "Webhooks that were not signed by their source, by the likely cause. `missing` rises: the sender does not sign, or "
            "somebody else sends. `time` rises: a clock is wrong. `mismatch` rises: the secrets differ.",
            ["source", "cause"],
            registry=self.registry,
        )
        self.refused_seconds = Gauge(
            NEWEST_REFUSAL_TIMESTAMP_SECONDS,
            "When a webhook of the source was last refused (Unix time; 0: never). Recent: see `daymark doctor`.",
            ["source", "result"],
            registry=self.registry,
        )

    def _add_translation_metrics(self) -> None:
        self.items = Counter(
            "daymark_ingest_items_total",
            "Items of webhooks by result. `duplicate` rises: responses come too late and the sender retries. "
            "`refused` rises: look at the dead letters.",
            ["source", "result"],
            registry=self.registry,
        )
        self.unknown_outcomes = Counter(
            "daymark_ingest_unknown_outcomes_total",
            "Outcomes that nobody mapped, and that count as `other`. Rises: `daymark doctor` lists them.",
            ["source"],
            registry=self.registry,
        )
        self.unreadable_facts = Counter(
            "daymark_ingest_unreadable_facts_total",
            "Facts that were left out because their value made no sense. Rises: the map of the source's fields is wrong.",
            ["source", "fact"],
            registry=self.registry,
        )
        self.clock_ahead_seconds = Gauge(
            "daymark_ingest_sender_clock_ahead_seconds",
            "How far ahead of its arrival the source last dated an item. Large: the sender's clock is wrong.",
            ["source"],
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "daymark_ingest_dead_letters_total",
            "Webhooks that could not be translated, wholly or partly, and were stored in DEAD. Any: look at the reason there.",
            ["reason"],
            registry=self.registry,
        )
        self._add_pending_work()

    def _add_pending_work(self) -> None:
        self.retries = Counter(
            "daymark_ingest_batch_retries_total",
            "Batches whose translation failed and was retried. Rises: NATS is down or refuses messages; look at the log.",
            registry=self.registry,
        )
        self.backlog = Gauge(
            "daymark_ingest_backlog_messages",
            "Webhooks that are stored and not translated yet. Grows for minutes: add a replica.",
            registry=self.registry,
        )
        self.backlog_oldest_seconds = Gauge(
            "daymark_ingest_backlog_oldest_seconds",
            "Age of the oldest webhook that is not translated yet. A minute: the log says why.",
            registry=self.registry,
        )
        self.jetstream_used_ratio = Gauge(
            "daymark_ingest_jetstream_used_ratio",
            "Which part of the storage that JetStream may use all streams take up (0 to 1). Near 1: make room on its disk.",
            registry=self.registry,
        )

    def _create_labels(self, sources: Mapping[SourceName, Source]) -> None:
        self._create_labels_of(UNKNOWN)
        for source in sources.values():
            self.add_source(source)
        for reason in DEAD_LETTER_REASONS:
            self.dead_letters.labels(reason)

    def _create_labels_of(self, name: SourceName) -> None:
        for result in RESULTS:
            self.webhooks.labels(name, result)
        for result in REFUSAL_RESULTS:
            self.refused_seconds.labels(name, result)
        self.request_seconds.labels(name)
        self.newest_seconds.labels(name)
        for result in ITEM_RESULTS:
            self.items.labels(name, result)
        for cause in SIGNATURE_CAUSES:
            self.signature_failures.labels(name, cause)
        self.unknown_outcomes.labels(name)

    def add_source(self, source: Source) -> None:
        """Create the label values of a source, and say when its sender stops. Repeating it changes nothing else."""
        self._create_labels_of(source.name)
        self.clear_expiry(source.name)
        if source.expires_at is not None:
            self.expires_seconds.labels(source.name).set(source.expires_at.timestamp())

    def clear_expiry(self, name: SourceName) -> None:
        """Nobody waits for the sender of this source any more."""
        with suppress(KeyError):
            self.expires_seconds.remove(name)

    def show_disk(self, name: str, *, free_bytes: int, size_bytes: int) -> None:
        """Bring the gauges of a disk up to date."""
        self.disk_free_bytes.labels(name).set(free_bytes)
        self.disk_size_bytes.labels(name).set(size_bytes)


class UnknownPath(NamedTuple):
    """How often a path was posted to since the process started, and when last."""

    path: str
    requests: int
    newest_at: datetime


class UnknownPaths:
    """Posts to paths that no source has, by path: an address with a spelling mistake is found here.

    Anybody can post to any path. So paths are no labels, only the hundred that were posted to last are known, and of a long
    path only the beginning.
    """

    def __init__(self) -> None:
        self._paths: dict[str, UnknownPath] = {}

    def add(self, path: str, *, now: datetime) -> None:
        shortened = path[:_PATH_LENGTH_MAX]
        known = self._paths.pop(shortened, None)
        self._paths[shortened] = UnknownPath(shortened, known.requests + 1 if known else 1, now)
        if len(self._paths) > _PATHS_MAX:
            del self._paths[next(iter(self._paths))]

    def list(self) -> list[UnknownPath]:
        """The most frequent first."""
        return sorted(self._paths.values(), key=lambda unknown: (-unknown.requests, unknown.path))
