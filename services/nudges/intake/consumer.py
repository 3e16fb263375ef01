"""The pull loop over SCORES: day reports, and announcements and withdrawals of playbook versions.

Whatever has arrived is one batch and one transaction. When the code fails at a batch, its messages are taken in one by one, so
that only the one at fault waits. docs/decisions/0044-day-reports-are-taken-in-in-batches.md has the measurements.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import structlog
from nats.aio.msg import Msg

from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decision_log import log_outcomes
from services.nudges.intake.read_message import Arrived, EventUnreadable, read_message
from services.nudges.intake.take_in import TakenIn, take_in
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.events import DayReport, PlaybookWithdrawn
from shared.jetstream.batches import work_through
from shared.jetstream.client import LeanClient
from shared.jetstream.progress import Progress
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES
from shared.service.consuming import DeadLetters
from shared.transient_errors import TRANSIENT_ERRORS, UNSTORABLE

_log = structlog.get_logger()
_BATCH_MAX: Final = 100
_CONCURRENCY: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """Takes in batches of messages of SCORES. `on_decided` is called after each commit that has decided something."""

    pool: asyncpg.Pool
    settings: DecisionSettings
    clock: Clock
    metrics: NudgesMetrics
    erasure_key: bytes
    dead_letters: DeadLetters
    progress: Progress
    on_decided: Callable[[], None]

    async def run(self, client: LeanClient, stopping: asyncio.Event) -> None:
        """Take in messages until told to stop. They are acknowledged after the commit, and not before."""
        loop = PullLoop(client, stream=SCORES, consumer=NUDGES_CONSUMER, batch_max=_BATCH_MAX)
        await work_through(
            loop,
            self.handle,
            stopping,
            self.progress,
            concurrency=_CONCURRENCY,
            on_done=lambda: None,
            on_retry=lambda: None,
        )

    async def handle(self, batch: list[Msg]) -> Sequence[Msg]:
        """Take in a batch. Returns the messages at which the code failed."""
        readable: list[tuple[Msg, Arrived]] = []
        for message in batch:
            try:
                readable.append((message, read_message(message)))
            except EventUnreadable as refused:
                await self.dead_letters.store(message, str(refused))
        if not readable:
            return ()
        try:
            await self._take_in([arrived for _, arrived in readable])
        except TRANSIENT_ERRORS:
            raise
        except Exception as failed:  # noqa: BLE001 - whichever message it was, the others must not wait for it
            _log.warning("batch_split", messages=len(readable), error=type(failed).__name__)
            return [message for message, arrived in readable if not await self._take_in_alone(message, arrived)]
        return ()

    async def _take_in_alone(self, message: Msg, arrived: Arrived) -> bool:
        """Whether the message is done with. One whose values Postgres cannot hold becomes a dead letter."""
        try:
            await self._take_in([arrived])
        except TRANSIENT_ERRORS:
            raise
        except UNSTORABLE as refused:
            await self.dead_letters.store_unstorable(message, refused)
        except Exception as failed:  # noqa: BLE001 - it is logged, and must not end the loop
            _log.error("message_failed", subject=message.subject, exc_info=failed)
            return False
        return True

    async def _take_in(self, arrived: Sequence[Arrived]) -> None:
        now = self.clock.now()
        results = await take_in(self.pool, arrived, self.settings, now=now, erasure_key=self.erasure_key)
        for message, taken_in in zip(arrived, results, strict=True):
            self._count(message, taken_in)
            log_outcomes(taken_in.outcomes, self.metrics, traceparent=taken_in.traceparent)
        if any(taken_in.outcomes for taken_in in results):
            self.on_decided()

    def _count(self, arrived: Arrived, taken_in: TakenIn) -> None:
        if isinstance(arrived.event, DayReport):
            self.metrics.reports.labels("new" if taken_in.is_news else "stale").inc()
        elif isinstance(arrived.event, PlaybookWithdrawn):
            self.metrics.announcements.labels("withdrawn" if taken_in.is_news else "stale").inc()
        else:
            self.metrics.announcements.labels("new" if taken_in.is_news else "stale").inc()
