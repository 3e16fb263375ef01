"""The metrics of scoring: name, unit, labels, and what to do when one moves."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

EVENTS: Final = ("opened", "changed", "closed")
DEAD_REASONS: Final = ("unreadable_event", "refused_observation", "unreadable_telling")


class ScoringMetrics:
    """All of them, in a registry of their own; every label is there from the start."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.observations = Counter(
            "daymark_scoring_observations_total",
            "Observations merged, by whether they said anything new. Flat while the backlog grows: look at the log.",
            ["outcome"],
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            "daymark_scoring_batch_seconds",
            "Time of one transaction over a batch. Rising: Postgres is slow; look at its locks and its disk.",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.age_seconds = Histogram(
            "daymark_scoring_observation_age_seconds",
            "From the observation's event to its commit. Rising: scoring is behind; add a replica.",
            registry=self.registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
        )
        self.days = Counter(
            "daymark_scoring_day_reports_total",
            "Reports of days put into the outbox, by event.",
            ["event"],
            registry=self.registry,
        )
        self.announcements = Counter(
            "daymark_scoring_announcements_total",
            "Definitions announced to a rep, or withdrawn. Flat after `playbook apply`: an empty team, or the outbox waits.",
            ["event"],
            registry=self.registry,
        )
        self._what_waits()
        for outcome in ("new", "known"):
            self.observations.labels(outcome)
        for event in EVENTS:
            self.days.labels(event)
        for event in ("announced", "withdrawn"):
            self.announcements.labels(event)
        for reason in DEAD_REASONS:
            self.dead_letters.labels(reason)

    def _what_waits(self) -> None:
        """What is kept out, what fails and what waits."""
        self.forgotten = Counter(
            "daymark_scoring_forgotten_observations_total",
            "Observations of who is forgotten, kept out. Rising: a CRM still sends them; have them erased there too.",
            registry=self.registry,
        )
        self.retries = Counter(
            "daymark_scoring_batch_retries_total",
            "Batches that failed and were tried again. Rising: Postgres or NATS is away or refuses; look at the log.",
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "daymark_scoring_dead_letters_total",
            "Messages on ACTIVITIES and NUDGES that made no sense and were set aside in DEAD. Any: look at their reason there.",
            ["reason"],
            registry=self.registry,
        )
        self.backlog = Gauge(
            "daymark_scoring_backlog_messages",
            "Messages on ACTIVITIES that are not scored yet. Growing for minutes: add a replica.",
            registry=self.registry,
        )
        self.reps_to_rescore = Gauge(
            "daymark_scoring_reps_to_rescore",
            "Reps whose days are still to be scored under changed definitions. Not falling for minutes: look at the log.",
            registry=self.registry,
        )
        self.outbox = Gauge(
            "daymark_scoring_outbox_rows",
            "Reports that are committed and not yet published. Above 0 for minutes: NATS is away or refuses.",
            registry=self.registry,
        )
        self.outbox_age_seconds = Gauge(
            "daymark_scoring_outbox_oldest_age_seconds",
            "How long the oldest unpublished report has waited, by the service's clock. Above 120: as above.",
            registry=self.registry,
        )
