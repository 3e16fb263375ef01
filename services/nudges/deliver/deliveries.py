"""Deliveries and the channels that they go through, as typed rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.deliver.channels.channel import LEASE_S, Channel
from services.nudges.deliver.retry_policy import FAILURES_IN_A_ROW
from services.nudges.store import QUERIES
from shared.events import Nudge

GIVEN_UP_SHOWN: Final = timedelta(days=7)
_REPLACED_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One nudge on its way through one channel; `attempts` includes this one."""

    channel: str
    attempts: int
    nudge: Nudge
    traceparent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """What is to be attempted, and how many were given up."""

    deliveries: list[Delivery]
    given_up: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelState:
    """How a channel fares. `failures` are in a row; `given_up` counts those of the last seven days."""

    name: str
    failures: int
    failing_since: datetime | None
    paused_until: datetime | None
    disabled_at: datetime | None
    last_error: str
    waiting: int
    waiting_since: datetime | None
    given_up: int


async def note_channels(pool: asyncpg.Pool, channels: Mapping[str, Channel]) -> None:
    """Make the channels known. One that leads elsewhere than before begins anew, as enabled."""
    async with pool.acquire() as connection, connection.transaction():
        for one in channels.values():
            await connection.execute(QUERIES["merge_channel"], one.name, one.destination)
            await connection.execute(QUERIES["mark_audience"], one.name, one.audience.teams, one.audience.kinds)


async def list_channels(pool: asyncpg.Pool, names: Iterable[str], *, now: datetime) -> list[ChannelState]:
    """How each of these channels fares."""
    rows = await pool.fetch(QUERIES["list_channels"], now - GIVEN_UP_SHOWN, list(names))
    return [ChannelState(**dict(row)) for row in rows]


async def claim_due_deliveries(pool: asyncpg.Pool, channel: Channel, *, count_max: int, now: datetime) -> Claimed:
    """Deliveries to attempt now; nobody else gets them until their lease, by the database's clock, is over. None while the
    channel is paused or disabled; one alone while it fails, and no other until that one is settled.

    What has waited for longer than the channel is patient is given up, and while it is disabled, everything.
    """
    async with pool.acquire() as connection, connection.transaction():
        state = await connection.fetchrow(QUERIES["claim_channel"], channel.name)
        if state is None:
            return Claimed(deliveries=[], given_up=0)
        is_disabled = state["disabled_at"] is not None
        patience = timedelta(0) if is_disabled else channel.patience
        because = (
            f"the channel is disabled: {state['last_error']}"
            if is_disabled
            else f"given up after {channel.patience / timedelta(hours=1):g} hours"
        )
        done = await connection.execute(QUERIES["mark_overdue_failed"], channel.name, now - patience, because)
        rows = []
        if not is_disabled and (state["paused_until"] is None or state["paused_until"] <= now):
            is_failing = state["failures"] >= FAILURES_IN_A_ROW
            count = 1 if is_failing else count_max
            rows = await connection.fetch(QUERIES["claim_due_deliveries"], channel.name, now, count, LEASE_S)
            if rows and is_failing:
                await connection.execute(QUERIES["mark_channel_paused"], channel.name, now + timedelta(seconds=LEASE_S), None)
    return Claimed(deliveries=[_delivery_of(row) for row in rows], given_up=int(done.split()[-1]))


def _delivery_of(row: asyncpg.Record) -> Delivery:
    return Delivery(
        channel=row["channel"],
        attempts=row["attempts"],
        nudge=Nudge.model_validate_json(row["event"]),
        traceparent=row["traceparent"],
    )


async def give_up_orphans(pool: asyncpg.Pool, channels: Mapping[str, Channel], *, now: datetime) -> None:
    """Give up what was queued for channels that are no longer configured."""
    await pool.execute(QUERIES["mark_orphans_failed"], list(channels), now - _REPLACED_WITHIN)
