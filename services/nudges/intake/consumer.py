"""The subscriber to SCORES: day reports, and announcements and withdrawals of playbook versions.

FastStream binds to the durable consumer, which is provisioned beforehand, and declares nothing (`declare=False`): its own
declaration would rewrite the stream. A message is acknowledged after the commit.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Final

import asyncpg
from faststream import AckPolicy, Header
from faststream.nats import JStream, NatsMessage, NatsRouter, PullSub

from services.nudges.decide.announcements import withdraw_version
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decision_log import log_outcomes
from services.nudges.domain.decision import Outcome
from services.nudges.intake.announcements import take_in_announcement
from services.nudges.intake.day_reports import take_in_day_report
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.events import PLAYBOOK_ANNOUNCED, PLAYBOOK_WITHDRAWN, DayReport, PlaybookAnnounced, PlaybookWithdrawn
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES
from shared.service.consuming import DeadLetters, consuming_router
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace

_AT_ONCE_MAX: Final = 20
_WAIT_S: Final = 1.0
_SUBJECTS: Final = "*.*.v1"
"""All of SCORES."""
Traceparent = Annotated[str | None, Header(TRACEPARENT, default=None)]


def scores_router(
    pool: asyncpg.Pool,
    settings: DecisionSettings,
    clock: Clock,
    metrics: NudgesMetrics,
    dead_letters: DeadLetters,
    *,
    erasure_key: bytes,
    on_decided: Callable[[], None],
) -> NatsRouter:
    """Takes in what scoring publishes and decides about it. `on_decided` is called after each commit of a nudge."""
    router = consuming_router(dead_letters)
    subscriber = router.subscriber(
        _SUBJECTS,
        stream=JStream(SCORES, declare=False),
        durable=NUDGES_CONSUMER,
        pull_sub=PullSub(batch_size=_AT_ONCE_MAX, timeout=_WAIT_S),
        ack_policy=AckPolicy.MANUAL,
        title="day reports and announcements",
        description="The newest report of a rep's day, or a playbook version that is announced to a rep or withdrawn.",
    )

    def finish(outcomes: Sequence[Outcome], traceparent: str) -> None:
        log_outcomes(outcomes, metrics, traceparent=traceparent)
        if outcomes:
            on_decided()

    @subscriber(filter=_has_subject(PLAYBOOK_ANNOUNCED.name))
    async def announce(playbook: PlaybookAnnounced, traceparent: Traceparent) -> None:
        context = settings.at(clock.now(), traceparent=continue_trace(traceparent))
        is_newer, outcome = await take_in_announcement(pool, playbook, context, erasure_key=erasure_key)
        metrics.announcements.labels("new" if is_newer else "stale").inc()
        finish([outcome] if outcome is not None else [], context.traceparent)

    @subscriber(filter=_has_subject(PLAYBOOK_WITHDRAWN.name))
    async def withdraw(playbook: PlaybookWithdrawn) -> None:
        is_newer = await withdraw_version(pool, playbook)
        metrics.announcements.labels("withdrawn" if is_newer else "stale").inc()

    @subscriber
    async def decide(report: DayReport, traceparent: Traceparent) -> None:
        context = settings.at(clock.now(), traceparent=continue_trace(traceparent))
        is_newer, outcomes = await take_in_day_report(pool, report, context, erasure_key=erasure_key)
        metrics.reports.labels("new" if is_newer else "stale").inc()
        finish(outcomes, context.traceparent)

    return router


def _has_subject(subject: str) -> Callable[[NatsMessage], bool]:
    return lambda message: message.raw_message.subject == subject
