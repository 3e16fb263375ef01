"""The metrics of nudges: name, unit, labels, and what to do when one moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.nudges.domain.candidate import (
    ANNOUNCEMENT_RULE,
    CORRECTION_RULE,
    DISPUTE_ANSWER_RULE,
    NEW_DISPUTES_RULE,
    THANKS_RULE,
)
from services.nudges.domain.decision import RETRACTED, NudgeStatus
from services.nudges.domain.feedback.answers import Answer
from services.nudges.domain.feedback.disputes import DisputeReason

VERDICTS: Final = (*(status.value for status in NudgeStatus), RETRACTED)
_WITHOUT_RULE: Final = (ANNOUNCEMENT_RULE, CORRECTION_RULE, THANKS_RULE, NEW_DISPUTES_RULE, DISPUTE_ANSWER_RULE)
OUTCOMES: Final = ("delivered", "retried", "failed")
CALIBRATION_OUTCOMES: Final = ("changed", "unchanged", "not_known")
DEAD_LETTER_REASONS: Final = ("unreadable_event",)
SIGN_IN_OUTCOMES: Final = ("link_sent", "not_listed", "too_many", "unreachable", "signed_in", "link_ended", "refused")


class NudgesMetrics:
    """All of them, in a registry of their own; every label exists from the start."""

    def __init__(self, *, rules: Iterable[str], channels: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self._add_intake()
        self._add_decisions((*rules, *_WITHOUT_RULE))
        self._add_deliveries(tuple(channels))
        self._add_calibration()
        self._add_waiting()
        self._add_sign_ins()
        self.silent_feed = Gauge(
            "daymark_nudges_feed_quiet",
            "1 while nothing arrives from a team, or nothing of one of its behaviours; absent otherwise. See `daymark doctor`.",
            ["team"],
            registry=self.registry,
        )

    def _add_intake(self) -> None:
        """What arrives on SCORES."""
        self.reports = Counter(
            "daymark_nudges_day_reports_total",
            "Day reports, by whether they were newer than what was known. None during working hours: see the log of scoring.",
            ["outcome"],
            registry=self.registry,
        )
        self.announcements = Counter(
            "daymark_nudges_announcements_total",
            "Announcements of playbook versions, by outcome. None after `daymark playbook apply`: see the log of scoring.",
            ["outcome"],
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "daymark_nudges_dead_letters_total",
            "Messages on SCORES that could not be read and went to DEAD. Any: find out who publishes there.",
            ["reason"],
            registry=self.registry,
        )
        self.announcements.labels("withdrawn")
        for outcome in ("new", "stale"):
            self.reports.labels(outcome)
            self.announcements.labels(outcome)
        for reason in DEAD_LETTER_REASONS:
            self.dead_letters.labels(reason)

    def _add_decisions(self, rules: Iterable[str]) -> None:
        """What is decided, by rule, and what people say about it."""
        self.decided = Counter(
            "daymark_nudges_decided_total",
            "Nudges by rule and verdict. One rule leaping up: check the feed before you believe it.",
            ["rule", "verdict"],
            registry=self.registry,
        )
        self.rule_paused = Gauge(
            "daymark_nudges_rule_paused",
            "1 while a rule is paused because its nudges lower the next day's score. See `daymark effects`.",
            ["rule"],
            registry=self.registry,
        )
        self.answers = Counter(
            "daymark_nudges_answers_total",
            "Answers to nudges. One rule called `wrong` again and again: check the records that it is based on.",
            ["rule", "answer"],
            registry=self.registry,
        )
        self.disputes = Counter(
            "daymark_nudges_contests_total",
            "Activities that reps dispute, by reason. Many `not_mine`: check the identities in the roster.",
            ["reason"],
            registry=self.registry,
        )
        for reason in DisputeReason:
            self.disputes.labels(reason.value)
        for rule in rules:
            self.rule_paused.labels(rule)
            for verdict in VERDICTS:
                self.decided.labels(rule, verdict)
            for answer in Answer:
                self.answers.labels(rule, answer.value)

    def _add_deliveries(self, channels: Iterable[str]) -> None:
        """By channel."""
        self.deliveries = Counter(
            "daymark_nudges_deliveries_total",
            "Delivery attempts by channel and outcome. `failed` or many `retried`: the receiver refuses; see `daymark nudges`.",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.delivery_seconds = Histogram(
            "daymark_nudges_delivery_seconds",
            "Duration of one delivery attempt. Close to the timeout: the receiver hangs.",
            ["channel"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15),
        )
        self.waiting = Gauge(
            "daymark_nudges_deliveries_waiting",
            "Deliveries that are queued or being sent, also those that wait for a retry. Growing: see `daymark channels list`.",
            ["channel"],
            registry=self.registry,
        )
        self.waiting_age_seconds = Gauge(
            "daymark_nudges_oldest_delivery_age_seconds",
            "How long the oldest delivery has been waiting, retries and pauses included. Hours: see `daymark channels list`.",
            ["channel"],
            registry=self.registry,
        )
        self.channel_failing_seconds = Gauge(
            "daymark_nudges_channel_failing_seconds",
            "For how long nothing has got through a channel or a server of `personal`; 0 after a success. See `doctor`.",
            ["channel"],
            registry=self.registry,
        )
        self.channel_disabled = Gauge(
            "daymark_nudges_channel_disabled",
            "1 after the receiver said that it is gone (410), when nothing is sent any more. See `daymark channels`.",
            ["channel"],
            registry=self.registry,
        )
        for channel in channels:
            self.delivery_seconds.labels(channel)
            for gauge in (self.waiting, self.waiting_age_seconds, self.channel_failing_seconds, self.channel_disabled):
                gauge.labels(channel)
            for outcome in OUTCOMES:
                self.deliveries.labels(channel, outcome)

    def _add_calibration(self) -> None:
        """The weekly calibration of drop and gone_silent."""
        self.calibrations = Counter(
            "daymark_nudges_drop_rechecks_total",
            "Weekly calibrations, one per team and rule. None for eight days: see the log of nudges.",
            ["outcome"],
            registry=self.registry,
        )
        self.calibration_overdue_seconds = Gauge(
            "daymark_nudges_drop_recheck_overdue_seconds",
            "For how long the oldest weekly calibration has been due. Hours: see the log of nudges.",
            registry=self.registry,
        )
        for outcome in CALIBRATION_OUTCOMES:
            self.calibrations.labels(outcome)

    def _add_waiting(self) -> None:
        """What waits to be handled or published."""
        self.backlog = Gauge(
            "daymark_nudges_backlog_messages",
            "Messages on SCORES that are not handled yet. Growing for minutes: add a replica.",
            registry=self.registry,
        )
        self.backlog_oldest_seconds = Gauge(
            "daymark_nudges_backlog_oldest_seconds",
            "Age of the oldest message on SCORES that is not handled yet. A minute: /readyz and the log say why.",
            registry=self.registry,
        )
        self.outbox = Gauge(
            "daymark_nudges_outbox_rows",
            "Events that are committed and not yet published. Above 0 for minutes: NATS is down or refuses.",
            registry=self.registry,
        )
        self.outbox_age_seconds = Gauge(
            "daymark_nudges_outbox_oldest_age_seconds",
            "Age of the oldest unpublished event, by the service's clock. Above 120: as for daymark_nudges_outbox_rows.",
            registry=self.registry,
        )

    def _add_sign_ins(self) -> None:
        """Who comes in by the page on which people sign in."""
        self.sign_ins = Counter(
            "daymark_nudges_sign_ins_total",
            "Steps of signing in. Many `unreachable`: see `daymark people list`. Many `not_listed`: somebody guesses.",
            ["outcome"],
            registry=self.registry,
        )
        for outcome in SIGN_IN_OUTCOMES:
            self.sign_ins.labels(outcome)

    def show_silent_feeds(self, teams: Iterable[str]) -> None:
        """Bring the gauge of feeds up to date."""
        self.silent_feed.clear()
        for team in teams:
            self.silent_feed.labels(team).set(1)

    def show_channel(
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
