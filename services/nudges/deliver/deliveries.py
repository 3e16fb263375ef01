"""Deliveries as typed rows: one for each nudge and channel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.deliver.channel import LEASE_S
from shared.events import Nudge, NudgeId
from shared.postgres.outbox import OutboxEvent, event_row
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change, columns_of

_QUERIES: Final = Queries.beside(__file__)
_ROLLING_RESTART: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One nudge on its way through one channel. `attempts` includes the current one."""

    channel: str
    attempts: int
    nudge: Nudge
    traceparent: str


async def enqueue_deliveries(connection: Querier, nudge_id: NudgeId, channels: Sequence[str], *, now: datetime) -> None:
    """Queue a nudge for the channels, by name, whose audience includes it. Doing it again changes nothing."""
    rows = [(nudge_id, channel, now) for channel in channels]
    await change(connection, _QUERIES["enqueue_deliveries"], rows)


async def claim_due_deliveries(
    connection: Querier | asyncpg.Pool, channel: str, *, count_max: int, failures_below: int | None = None, now: datetime
) -> list[Delivery]:
    """At most so many deliveries to attempt now. Nobody else gets them before their lease is over. With `failures_below`, there
    are none while the channel has failed so often in a row, is paused or is disabled."""
    rows = await connection.fetch(_QUERIES["claim_due_deliveries"], channel, now, count_max, LEASE_S, failures_below)
    return [
        Delivery(
            channel=row["channel"],
            attempts=row["attempts"],
            nudge=_as_sent(Nudge.model_validate_json(row["event"]), again_at=row["again_at"]),
            traceparent=row["traceparent"],
        )
        for row in rows
    ]


def _as_sent(nudge: Nudge, *, again_at: datetime | None) -> Nudge:
    """A nudge that its person asked to get again is another message: it is sent at another time."""
    return nudge if again_at is None else nudge.model_copy(update={"send_at": again_at})


async def mark_delivered(connection: Querier, delivery: Delivery, *, now: datetime) -> int | None:
    """Record that the receiver accepted it. Returns the number of attempts; None if it was recorded before."""
    marked = await change(connection, _QUERIES["mark_delivered"], [(delivery.nudge.id, delivery.channel, now)])
    return marked[0]["attempts"] if marked else None


async def record_delivered(
    pool: asyncpg.Pool, channel: str, accepted: Sequence[tuple[Delivery, OutboxEvent]], *, now: datetime
) -> set[NudgeId]:
    """Record in one statement that the receiver accepted these, each with its event, and that the channel works. Returns those
    that it has recorded: not what somebody else has taken over meanwhile, or recorded before."""
    rows = [(delivery.nudge.id, delivery.attempts, *event_row(event)) for delivery, event in accepted]
    recorded = await pool.fetch(_QUERIES["record_delivered"], channel, now, *columns_of(rows))
    return {NudgeId(row["nudge_id"]) for row in recorded}


async def mark_retry(connection: Querier, delivery: Delivery, *, due_at: datetime, error: str) -> None:
    """Queue it again."""
    await connection.execute(_QUERIES["mark_retry"], delivery.nudge.id, delivery.channel, delivery.attempts, due_at, error)


async def mark_failed(connection: Querier, delivery: Delivery, *, error: str) -> None:
    """Give it up."""
    await connection.execute(_QUERIES["mark_failed"], delivery.nudge.id, delivery.channel, delivery.attempts, error)


async def requeue_delivery(pool: asyncpg.Pool, nudge_id: NudgeId, channel: str, *, now: datetime) -> bool:
    """Queue a delivery again that was made or given up. False if there is none."""
    return await pool.fetchval(_QUERIES["requeue_delivery"], nudge_id, channel, now) is not None


async def requeue_for_later(connection: Querier, nudge_id: NudgeId, channel: str, *, at: datetime) -> bool:
    """Queue a delivery that was made once more, for a later time. False if it was not made, or the nudge does not hold."""
    return await connection.fetchval(_QUERIES["requeue_for_later"], nudge_id, channel, at) is not None


async def has_reached_person(connection: Querier | asyncpg.Pool, nudge_id: NudgeId, channel: str) -> bool:
    """Whether a channel has taken a nudge."""
    has_reached: bool = await connection.fetchval(_QUERIES["has_reached_person"], nudge_id, channel)
    return has_reached


async def mark_overdue_failed(connection: Querier, channel: str, *, queued_until: datetime, because: str) -> int:
    """Give up what was queued at or before a time. Returns how many deliveries that were."""
    count: int = await connection.fetchval(_QUERIES["mark_overdue_failed"], channel, queued_until, because)
    return count


async def give_up_orphans(pool: asyncpg.Pool, channels: Collection[str], *, now: datetime) -> None:
    """Give up what is queued for other channels than these, once a rolling restart would be over."""
    await pool.execute(_QUERIES["mark_orphans_failed"], list(channels), now - _ROLLING_RESTART)


async def mark_restored(pool: asyncpg.Pool, *, backed_up_at: datetime) -> None:
    """Give up every delivery of a database that was restored from a backup, and let `enqueue_deliveries` send nothing that may
    have been sent before the loss."""
    await pool.execute(_QUERIES["mark_restored"], backed_up_at)


async def mark_resumed(pool: asyncpg.Pool, *, now: datetime) -> None:
    """Nudges runs again on a restored database: from the next day of each person on, new nudges are sent. Later calls change
    nothing."""
    await pool.execute(_QUERIES["mark_resumed"], now)
