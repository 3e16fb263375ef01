"""The metrics of nudges: name, unit, labels, and what to do when one moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.nudges.domain.answers import Answer
from services.nudges.domain.candidate import RULE_CORRECTION, RULE_PLAYBOOK
from services.nudges.domain.disputes import Reason
from services.nudges.rules import FOR_MANAGERS, RULES

VERDICTS: Final = ("sent", "bundled", "held", "held_out", "dropped", "revised")
OUTCOMES: Final = ("delivered", "retried", "failed")
RECHECKS: Final = ("changed", "unchanged", "not_known")
CHANNELS: Final = ("inbox", "file", "webhook")


class NudgesMetrics:
    """All of them, in a registry of their own; every label is there from the start."""

    def __init__(self, channels: Iterable[str] = CHANNELS) -> None:
        self.registry = CollectorRegistry()
        self._what_comes_in()
        self._what_is_decided()
        self.deliveries = Counter(
            "daymark_nudges_deliveries_total",
            "Attempts by channel and outcome. `failed` or many `retried`: the receiver refuses; see `daymark nudges`.",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.delivery_seconds = Histogram(
            "daymark_nudges_delivery_seconds",
            "Time of one attempt. Near the timeout: the receiver hangs.",
            ["channel"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15),
        )
        self._how_drops_are_watched()
        self._what_waits()
        self.feed_quiet = Gauge(
            "daymark_nudges_feed_quiet",
            "1 while a team, or one behaviour of it, is not heard of by when it always was; else not there. `daymark doctor`.",
            ["team"],
            registry=self.registry,
        )
        for channel in channels:
            self.delivery_seconds.labels(channel)
            for gauge in (self.waiting, self.waiting_age_seconds, self.channel_failing_seconds, self.channel_disabled):
                gauge.labels(channel)
            for outcome in OUTCOMES:
                self.deliveries.labels(channel, outcome)
        for reason in ("unreadable_report", "unreadable_announcement"):
            self.dead_letters.labels(reason)

    def _what_comes_in(self) -> None:
        """What SCORES brings."""
        self.reports = Counter(
            "daymark_nudges_day_reports_total",
            "Reports of days, by whether they were newer than what was known.",
            ["outcome"],
            registry=self.registry,
        )
        self.announcements = Counter(
            "daymark_nudges_announcements_total",
            "Definitions that a rep is to be told of, by whether they were newer than what was known, or withdrawn.",
            ["outcome"],
            registry=self.registry,
        )
        self.announcements.labels("withdrawn")
        for outcome in ("new", "stale"):
            self.reports.labels(outcome)
            self.announcements.labels(outcome)

    def _what_is_decided(self) -> None:
        """By rule."""
        self.decided = Counter(
            "daymark_nudges_decided_total",
            "Nudges by rule and verdict. One rule leaping up: look at the feed before you believe it.",
            ["rule", "verdict"],
            registry=self.registry,
        )
        self.rule_paused = Gauge(
            "daymark_nudges_rule_paused",
            "1 while a rule is silent because what it says lowers the next day's score. See `daymark effects`.",
            ["rule"],
            registry=self.registry,
        )
        self.answers = Counter(
            "daymark_nudges_answers_total",
            "What people say of nudges. One rule called `wrong` again and again: look at the records that it rests on.",
            ["rule", "answer"],
            registry=self.registry,
        )
        self.contests = Counter(
            "daymark_nudges_contests_total",
            "Activities that reps say are not right, by why. Many `not_mine`: look at the identities in the roster.",
            ["reason"],
            registry=self.registry,
        )
        for reason in Reason:
            self.contests.labels(reason.value)
        for rule in (*RULES, *FOR_MANAGERS, RULE_PLAYBOOK, RULE_CORRECTION):
            self.rule_paused.labels(rule)
            for verdict in VERDICTS:
                self.decided.labels(rule, verdict)
            for answer in Answer:
                self.answers.labels(rule, answer.value)

    def _how_drops_are_watched(self) -> None:
        """The weekly re-check."""
        self.rechecks = Counter(
            "daymark_nudges_drop_rechecks_total",
            "Weekly re-checks of the watch for drops, one a team. None for eight days: see the log of nudges.",
            ["outcome"],
            registry=self.registry,
        )
        self.recheck_overdue_seconds = Gauge(
            "daymark_nudges_drop_recheck_overdue_seconds",
            "For how long the oldest weekly re-check of the watch for drops has been due. Hours: see the log of nudges.",
            registry=self.registry,
        )
        for outcome in RECHECKS:
            self.rechecks.labels(outcome)

    def _what_waits(self) -> None:
        """What fails and what waits."""
        self.dead_letters = Counter(
            "daymark_nudges_dead_letters_total",
            "Messages on SCORES that could not be read and were set aside in DEAD. Any: look at who publishes there.",
            ["reason"],
            registry=self.registry,
        )
        self.backlog = Gauge(
            "daymark_nudges_backlog_messages",
            "Reports on SCORES that are not considered yet. Growing for minutes: add a replica.",
            registry=self.registry,
        )
        self.outbox = Gauge(
            "daymark_nudges_outbox_rows",
            "Events that are committed and not yet published. Above 0 for minutes: NATS is away or refuses.",
            registry=self.registry,
        )
        self.waiting = Gauge(
            "daymark_nudges_deliveries_waiting",
            "Deliveries that are queued or being sent, those waiting for a retry or for a paused channel included.",
            ["channel"],
            registry=self.registry,
        )
        self.waiting_age_seconds = Gauge(
            "daymark_nudges_oldest_delivery_age_seconds",
            "How long the oldest delivery has waited since it was queued, by the service's clock, retries and pauses included.",
            ["channel"],
            registry=self.registry,
        )
        self.channel_failing_seconds = Gauge(
            "daymark_nudges_channel_failing_seconds",
            "For how long nothing has got through a channel; 0 when the last attempt did. Growing: see `daymark doctor`.",
            ["channel"],
            registry=self.registry,
        )
        self.channel_disabled = Gauge(
            "daymark_nudges_channel_disabled",
            "1 when the receiver said that it is gone (410), so that nothing is sent any more. See `daymark channels`.",
            ["channel"],
            registry=self.registry,
        )

    def note_quiet_feeds(self, teams: Iterable[str]) -> None:
        """Bring the gauge of feeds up to date."""
        self.feed_quiet.clear()
        for team in teams:
            self.feed_quiet.labels(team).set(1)

    def note_channel(
        self,
        name: str,
        *,
        waiting: int,
        waiting_since: datetime | None,
        failing_since: datetime | None,
        is_disabled: bool,
        now: datetime,
    ) -> None:
        """Bring a channel's gauges up to date."""
        self.waiting.labels(name).set(waiting)
        self.waiting_age_seconds.labels(name).set(_age_s(waiting_since, now))
        self.channel_failing_seconds.labels(name).set(_age_s(failing_since, now))
        self.channel_disabled.labels(name).set(is_disabled)


def _age_s(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since is not None else 0.0
