"""The subscriber to SCORES: day reports, and announcements and withdrawals of playbook versions.

FastStream binds to the durable consumer, which is provisioned beforehand, and declares nothing (`declare=False`): its own
declaration would rewrite the stream. A message is acknowledged after the commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import asyncpg
from faststream import AckPolicy, Header
from faststream.nats import JStream, NatsRouter, PullSub

from services.nudges.decide.announcements import withdraw_version
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decision_log import log_outcomes
from services.nudges.domain.decision import Outcome
from services.nudges.intake.announcements import take_in_announcement
from services.nudges.intake.day_reports import take_in_day_report
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.event_types import PLAYBOOK_ANNOUNCED, PLAYBOOK_WITHDRAWN
from shared.events import DayReport, PlaybookAnnounced, PlaybookWithdrawn
from shared.jetstream.progress import Progress
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES
from shared.service.consuming import DeadLetters, consuming_router, has_subject
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace

_AT_ONCE_MAX: Final = 20
_WAIT_S: Final = 1.0
_SUBJECTS: Final = "*.*.v1"
"""All of SCORES."""
Traceparent = Annotated[str | None, Header(TRACEPARENT, default=None)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """Handles each message of SCORES in one transaction. `on_decided` is called after each commit of a nudge."""

    pool: asyncpg.Pool
    settings: DecisionSettings
    clock: Clock
    metrics: NudgesMetrics
    erasure_key: bytes
    on_decided: Callable[[], None]

    async def decide(self, report: DayReport, traceparent: Traceparent) -> None:
        """The newest report of a rep's day may have earned a nudge, or refuted one."""
        context = self.settings.at(self.clock.now(), traceparent=continue_trace(traceparent))
        is_newer, outcomes = await take_in_day_report(self.pool, report, context, erasure_key=self.erasure_key)
        self.metrics.reports.labels("new" if is_newer else "stale").inc()
        self._finish(outcomes, context.traceparent)

    async def announce(self, playbook: PlaybookAnnounced, traceparent: Traceparent) -> None:
        """A playbook version is to be announced to a rep."""
        context = self.settings.at(self.clock.now(), traceparent=continue_trace(traceparent))
        is_newer, outcome = await take_in_announcement(self.pool, playbook, context, erasure_key=self.erasure_key)
        self.metrics.announcements.labels("new" if is_newer else "stale").inc()
        self._finish([outcome] if outcome is not None else [], context.traceparent)

    async def withdraw(self, playbook: PlaybookWithdrawn) -> None:
        """An announced version will not judge a rep after all."""
        is_newer = await withdraw_version(self.pool, playbook)
        self.metrics.announcements.labels("withdrawn" if is_newer else "stale").inc()

    def _finish(self, outcomes: Sequence[Outcome], traceparent: str) -> None:
        log_outcomes(outcomes, self.metrics, traceparent=traceparent)
        if outcomes:
            self.on_decided()


def scores_router(intake: Intake, dead_letters: DeadLetters, progress: Progress) -> NatsRouter:
    """A router with the subscriber to SCORES."""
    router = consuming_router(dead_letters, progress)
    subscriber = router.subscriber(
        _SUBJECTS,
        stream=JStream(SCORES, declare=False),
        durable=NUDGES_CONSUMER,
        pull_sub=PullSub(batch_size=_AT_ONCE_MAX, timeout=_WAIT_S),
        ack_policy=AckPolicy.MANUAL,
        title="day reports and announcements",
        description="The newest report of a rep's day, or a playbook version that is announced to a rep or withdrawn.",
    )
    subscriber(intake.announce, filter=has_subject(PLAYBOOK_ANNOUNCED.name))
    subscriber(intake.withdraw, filter=has_subject(PLAYBOOK_WITHDRAWN.name))
    subscriber(intake.decide)
    return router
