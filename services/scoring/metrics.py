"""The metrics of scoring: name, unit, labels, and what to do when one moves."""

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.observation import SourceName

DAY_EVENTS: Final = ("opened", "changed", "closed")
ANNOUNCEMENT_EVENTS: Final = ("announced", "withdrawn")
OUTCOMES: Final = ("new", "known")
UNREADABLE_ANNOUNCEMENT: Final = "unreadable_announcement"
DEAD_LETTER_REASONS: Final = ("unreadable_event", "refused_observation", UNREADABLE_ANNOUNCEMENT)


class GapCount(NamedTuple):
    """Of the recent activities of a source that need a fact, how many lack it."""

    source: SourceName
    fact: Literal["actor", "start", "duration"]
    recent: int
    incomplete: int


class ScoringMetrics:
    """All metrics, in a registry of their own.

    Every label value exists from the start, so no series appears later, except those of sources: scoring has no list of
    sources and knows them from their activities alone. The series of a source exist while it has recent activities.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._add_recording()
        self._add_reports()
        self._add_pending_work()
        self._add_gaps()

    def _add_recording(self) -> None:
        self.observations = Counter(
            "daymark_scoring_observations_total",
            "Observations merged, by whether they changed an activity. Flat while the backlog grows: look at the log.",
            ["outcome"],
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            "daymark_scoring_batch_seconds",
            "Duration of the transaction for one batch. Rising: Postgres is slow; look at its locks and its disk.",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.age_seconds = Histogram(
            "daymark_scoring_observation_age_seconds",
            "From the time of an observation's event to its commit. Rising: scoring is behind; add a replica.",
            registry=self.registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
        )
        self.redacted = Counter(
            "daymark_scoring_forgotten_observations_total",
            "Observations that named an erased person. Rising: a CRM still sends them; have the person erased there too.",
            registry=self.registry,
        )
        self.retries = Counter(
            "daymark_scoring_batch_retries_total",
            "Batches that failed and were tried again. Rising: Postgres or NATS is down or refuses; look at the log.",
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "daymark_scoring_dead_letters_total",
            "Unreadable messages on ACTIVITIES and NUDGES, kept in DEAD. Any: look at their reason there.",
            ["reason"],
            registry=self.registry,
        )
        for outcome in OUTCOMES:
            self.observations.labels(outcome)
        for reason in DEAD_LETTER_REASONS:
            self.dead_letters.labels(reason)

    def _add_reports(self) -> None:
        self.days = Counter(
            "daymark_scoring_day_reports_total",
            "Day reports published, by event. Flat while activities are recorded: NATS is down or refuses.",
            ["event"],
            registry=self.registry,
        )
        self.announcements = Counter(
            "daymark_scoring_announcements_total",
            "Playbook versions announced to a rep, or withdrawn. Flat after `playbook apply`: no reps, or see the outbox.",
            ["event"],
            registry=self.registry,
        )
        for event in DAY_EVENTS:
            self.days.labels(event)
        for event in ANNOUNCEMENT_EVENTS:
            self.announcements.labels(event)

    def _add_pending_work(self) -> None:
        self.backlog = Gauge(
            "daymark_scoring_backlog_messages",
            "Messages on ACTIVITIES that are not recorded yet. Growing for minutes: add a replica.",
            registry=self.registry,
        )
        self.backlog_oldest_seconds = Gauge(
            "daymark_scoring_backlog_oldest_seconds",
            "Age of the oldest message on ACTIVITIES that is not recorded yet. A minute: /readyz and the log say why.",
            registry=self.registry,
        )
        self.reps_to_rescore = Gauge(
            "daymark_scoring_reps_to_rescore",
            "Reps with days to score again under changed definitions. Not falling for minutes: look at the log.",
            registry=self.registry,
        )
        self.outbox = Gauge(
            "daymark_scoring_outbox_rows",
            "Events that are committed and not published yet. Above 0 for minutes: NATS is down or refuses.",
            registry=self.registry,
        )
        self.outbox_age_seconds = Gauge(
            "daymark_scoring_outbox_oldest_age_seconds",
            "Age of the oldest unpublished event, by the service's clock. Above 120: as for daymark_scoring_outbox_rows.",
            registry=self.registry,
        )

    def _add_gaps(self) -> None:
        """By source, and by what an activity needs: all need an `actor` and a `start`, calls a `duration` as well."""
        self.recent = Gauge(
            "daymark_scoring_recent_activities",
            "Activities of the last 7 days, imported ones too, that need the fact. Gone: the source sends nothing new.",
            ["source", "fact"],
            registry=self.registry,
        )
        self.incomplete = Gauge(
            "daymark_scoring_incomplete_activities",
            "Those of daymark_scoring_recent_activities that lack the fact, so they do not count. Many: see `daymark doctor`.",
            ["source", "fact"],
            registry=self.registry,
        )
        self._with_gaps: set[tuple[SourceName, str]] = set()

    def show_gaps(self, counts: Collection[GapCount]) -> None:
        """Bring the gauges of incomplete activities up to date, and remove the series of sources that are not counted any more.

        The others are never absent meanwhile: an alert on them keeps waiting.
        """
        for source, fact, recent, incomplete in counts:
            self.recent.labels(source, fact).set(recent)
            self.incomplete.labels(source, fact).set(incomplete)
        shown = {(count.source, str(count.fact)) for count in counts}
        for labels in self._with_gaps - shown:
            self.recent.remove(*labels)
            self.incomplete.remove(*labels)
        self._with_gaps = shown
