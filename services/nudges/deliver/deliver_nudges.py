"""Deliver what is queued for one channel: claim, send, record. If a process dies in between, another takes over its claim."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import asyncpg
import structlog

from services.nudges.deliver.channel import LEASE_S, Channel, Delivered, Gone, Outcome, TryLater, Unreachable
from services.nudges.deliver.channel_states import (
    ClaimedChannel,
    claim_channel,
    mark_channel_delivering,
    mark_channel_disabled,
    mark_channel_failing,
    mark_channel_paused,
)
from services.nudges.deliver.deliveries import (
    Delivery,
    claim_due_deliveries,
    mark_delivered,
    mark_failed,
    mark_overdue_failed,
    mark_retry,
    record_delivered,
)
from services.nudges.deliver.personal.contact_states import record_attempts
from services.nudges.deliver.personal.neutral_text import neutral_nudge
from services.nudges.deliver.report_announcement import report_announcement_delivered
from services.nudges.deliver.retry_policy import RETRY_POLICY, RetryPolicy
from services.nudges.domain.candidate import DISPUTES_RULE, FIRST_DAY_RULE, NEW_DISPUTES_RULE
from services.nudges.links import Links, NoLinkSecret, last_day_of_links
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock, monotonic_s
from shared.event_types import NUDGE_DELIVERED
from shared.events import (
    ManagerId,
    Nudge,
    NudgeDelivered,
    NudgeKind,
    NudgePart,
    PersonId,
    PossibleAbsence,
    PossibleThanks,
    RepId,
)
from shared.postgres.outbox import OutboxEvent, enqueue_events, make_event
from shared.postgres.pool import Connection
from shared.postgres.shared_connection import Querier, SharedConnection, run_together
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_ANSWERED_ON_MANAGERS_PAGE: Final = frozenset({DISPUTES_RULE, NEW_DISPUTES_RULE})
_READ_ON_OWN_PAGE: Final = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION, NudgeKind.THANKS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A delivery that was attempted, what came of it, and how long it took."""

    delivery: Delivery
    outcome: Outcome
    taken_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliverer:
    """Delivers through one channel. `jitter` is uniform between 0 and 1 and spreads the retries."""

    pool: asyncpg.Pool
    channel: Channel
    links: Links
    metrics: NudgesMetrics
    clock: Clock
    retry_policy: RetryPolicy = RETRY_POLICY
    jitter: Callable[[], float] = random.random

    async def claim(self, count_max: int) -> list[Delivery]:
        """What to attempt now, at most so many. What has waited for too long is given up, and while the channel is disabled,
        everything.

        While the channel is paused or disabled there is nothing to attempt. While it fails there is one delivery, and no other
        until that one has an outcome.
        """
        now = self.clock.now()
        async with self.pool.acquire() as connection, connection.transaction():
            state = await claim_channel(connection, self.channel.name)
            if state is None:
                return []
            given_up = await self._give_up(connection, state, now=now)
            deliveries = await self._claim_due(connection, state, count_max=count_max, now=now)
        if given_up:
            self.metrics.deliveries.labels(self.channel.name, "failed").inc(given_up)
            _log.warning("deliveries_given_up", channel=self.channel.name, count=given_up)
        return deliveries

    async def claim_more(self, count_max: int) -> list[Delivery]:
        """As `claim`, in one statement, which gives nothing up. While the channel fails, is paused or disabled, it is empty."""
        limit, now = self.retry_policy.failures_in_a_row, self.clock.now()
        return await claim_due_deliveries(self.pool, self.channel.name, count_max=count_max, failures_below=limit, now=now)

    async def _give_up(self, connection: Connection, state: ClaimedChannel, *, now: datetime) -> int:
        if state.disabled_at is not None:
            because = f"the channel is disabled: {state.last_error}"
            return await mark_overdue_failed(connection, self.channel.name, queued_until=now, because=because)
        queued_until = now - self.channel.give_up_after
        because = f"given up after {self.channel.give_up_after / timedelta(hours=1):g} hours"
        return await mark_overdue_failed(connection, self.channel.name, queued_until=queued_until, because=because)

    async def _claim_due(
        self, connection: Connection, state: ClaimedChannel, *, count_max: int, now: datetime
    ) -> list[Delivery]:
        is_paused = state.paused_until is not None and state.paused_until > now
        if is_paused or state.disabled_at is not None:
            return []
        is_failing = self.retry_policy.is_failing(state.failures)
        deliveries = await claim_due_deliveries(
            connection, self.channel.name, count_max=1 if is_failing else count_max, now=now
        )
        if deliveries and is_failing:
            lease_until = now + timedelta(seconds=LEASE_S)
            await mark_channel_paused(connection, self.channel.name, paused_until=lease_until, asked_until=None)
        return deliveries

    async def attempt(self, delivery: Delivery) -> Attempt:
        """Send one delivery. What came of it is to be recorded."""
        started_s = monotonic_s()
        outcome = await self._send(delivery)
        return Attempt(delivery=delivery, outcome=outcome, taken_s=monotonic_s() - started_s)

    async def record(self, attempts: Sequence[Attempt]) -> None:
        """Record what came of these attempts: in one statement for all from which nothing else follows than that they were
        delivered, and in one transaction for the others. What is not recorded is sent again."""
        now = self.clock.now()
        accepted = [
            (attempt.delivery, _delivered_event(attempt.delivery, attempt.delivery.attempts, now=now))
            for attempt in attempts
            if self._is_only_accepted(attempt)
        ]
        recorded = await record_delivered(self.pool, self.channel.name, accepted, now=now) if accepted else set()
        others = [attempt for attempt in attempts if attempt.delivery.nudge.id not in recorded]
        if others:
            async with self.pool.acquire() as connection, connection.transaction():
                await run_together(connection, [partial(self._record_attempt, attempt, now=now) for attempt in others])
        for attempt in attempts:
            self._count(attempt)

    def _is_only_accepted(self, attempt: Attempt) -> bool:
        """Whether nothing else is to be recorded than that the receiver accepted it."""
        makes_known = self.channel.reaches_recipient and attempt.delivery.nudge.kind is NudgeKind.ANNOUNCEMENT
        return isinstance(attempt.outcome, Delivered) and not attempt.outcome.tried and not makes_known

    def _count(self, attempt: Attempt) -> None:
        delivery, outcome = attempt.delivery, attempt.outcome
        label = _OUTCOME_LABELS.get(type(outcome), "failed")
        self.metrics.deliveries.labels(delivery.channel, label).inc()
        self.metrics.delivery_seconds.labels(delivery.channel).observe(attempt.taken_s)
        _log.info(
            "delivery_attempted",
            nudge=delivery.nudge.id,
            rule=delivery.nudge.rule,
            channel=delivery.channel,
            outcome=label,
            attempts=delivery.attempts,
            error="" if isinstance(outcome, Delivered) else outcome.error,
            trace_id=trace_id(delivery.traceparent),
        )

    async def _send(self, delivery: Delivery) -> Outcome:
        try:
            return await self.channel.send(add_links(neutral_nudge(delivery.nudge), self.links), attempts=delivery.attempts)
        except Exception as failed:  # noqa: BLE001 - one nudge on which a channel fails must not stop all others
            _log.exception("channel_raised", channel=delivery.channel, nudge=delivery.nudge.id)
            return TryLater(error=f"internal error ({type(failed).__name__}); the log of nudges has the details")

    async def _record_attempt(self, attempt: Attempt, connection: SharedConnection, *, now: datetime) -> None:
        delivery, outcome = attempt.delivery, attempt.outcome
        for transport, error in await record_attempts(connection, delivery.nudge.person.id, outcome.tried, now=now):
            _log.warning("person_not_reached", nudge=delivery.nudge.id, transport=transport, error=error)
        if isinstance(outcome, Delivered):
            await _record_delivered(connection, delivery, reaches_recipient=self.channel.reaches_recipient, now=now)
            await mark_channel_delivering(connection, delivery.channel)
        elif isinstance(outcome, TryLater):
            await self._record_retry(connection, delivery, outcome, now=now)
        else:
            await mark_failed(connection, delivery, error=outcome.error)
            if isinstance(outcome, Gone):
                await mark_channel_disabled(connection, delivery.channel, error=outcome.error, now=now)
                _log.error("channel_disabled", channel=delivery.channel, because=outcome.error)

    async def _record_retry(self, connection: Querier, delivery: Delivery, outcome: TryLater, *, now: datetime) -> None:
        policy, jitter = self.retry_policy, self.jitter()
        due_at = policy.next_attempt_at(delivery.attempts, retry_after_s=outcome.after_s, jitter=jitter, now=now)
        await mark_retry(connection, delivery, due_at=due_at, error=outcome.error)
        if outcome.is_of_recipient:
            return
        failures = await mark_channel_failing(connection, delivery.channel, error=outcome.error, now=now)
        paused_until = policy.pause_until(failures, jitter=jitter, now=now)
        asked_until = policy.retry_after_until(outcome.after_s, now=now)
        if paused_until is not None or asked_until is not None:
            await mark_channel_paused(connection, delivery.channel, paused_until=paused_until, asked_until=asked_until)


_OUTCOME_LABELS: Final[dict[type[Outcome], str]] = {
    Delivered: "delivered",
    TryLater: "retried",
    Unreachable: "unreachable",
}


async def deliver_nudges(deliverer: Deliverer, *, count_max: int) -> int:
    """Attempt everything that is due, all at once. Returns the number of attempts."""
    deliveries = await deliverer.claim(count_max)
    await deliverer.record(await asyncio.gather(*[deliverer.attempt(delivery) for delivery in deliveries]))
    return len(deliveries)


def add_links(nudge: Nudge, links: Links) -> Nudge:
    """The nudge with the address of its page, and each of its parts, possible absences and thanks with its own. Without a
    secret for links it has none."""
    person_id, last_day = nudge.person.id, last_day_of_links(nudge.send_at)

    def page_url(part: Nudge | NudgePart) -> str:
        return _page_url(part, person_id, links, last_day=last_day)

    def absence_url(absence: PossibleAbsence) -> str:
        return links.absence_url(ManagerId(person_id), absence, last_day=last_day)

    def thanks_url(due: PossibleThanks) -> str:
        return links.recognise_url(person_id, due.rep.id, due.nudge_id, last_day=last_day)

    try:
        parts = tuple(part.model_copy(update={"url": page_url(part)}) for part in nudge.parts)
        absences = tuple(absence.model_copy(update={"url": absence_url(absence)}) for absence in nudge.absences)
        thanks = tuple(due.model_copy(update={"url": thanks_url(due)}) for due in nudge.thanks)
        url = page_url(nudge)
        return nudge.model_copy(update={"url": url, "parts": parts, "absences": absences, "thanks": thanks})
    except NoLinkSecret:
        return nudge


def _page_url(nudge: Nudge | NudgePart, person_id: PersonId, links: Links, *, last_day: date) -> str:
    """An announcement is read and acknowledged on the rep's own page, where thanks stand too, and a new rep is sent there on
    their first day. Disputes are answered in the manager's inbox. To most other nudges there is an answer."""
    if nudge.rule in _ANSWERED_ON_MANAGERS_PAGE:
        return links.inbox_url(ManagerId(person_id), last_day=last_day)
    if nudge.kind in _READ_ON_OWN_PAGE or nudge.rule == FIRST_DAY_RULE:
        return links.own_page_url(RepId(person_id), last_day=last_day)
    return links.answer_url(nudge.id, person_id)


async def _record_delivered(connection: Querier, delivery: Delivery, *, reaches_recipient: bool, now: datetime) -> None:
    """An announcement counts as delivered only once it has reached its rep: until then nothing is held against them."""
    attempts = await mark_delivered(connection, delivery, now=now)
    if attempts is None:
        return  # another process took over meanwhile and has recorded it
    nudge = delivery.nudge
    await enqueue_events(connection, [_delivered_event(delivery, attempts, now=now)])
    if nudge.kind is NudgeKind.ANNOUNCEMENT and reaches_recipient:
        await report_announcement_delivered(connection, nudge.id, traceparent=delivery.traceparent, now=now)


def _delivered_event(delivery: Delivery, attempts: int, *, now: datetime) -> OutboxEvent:
    nudge, channel = delivery.nudge, delivery.channel
    return make_event(
        NUDGE_DELIVERED,
        NudgeDelivered(nudge_id=nudge.id, channel=channel, attempts=attempts, delivered_at=now),
        event_id=f"{nudge.id}:{channel}",
        subject=nudge.person.id,
        traceparent=continue_trace(delivery.traceparent),
        at=now,
    )
