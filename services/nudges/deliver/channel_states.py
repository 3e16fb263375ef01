"""The state of each channel as typed rows: whether it fails, pauses or is disabled, and what waits in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.deliver.channel import Channel
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change

_QUERIES: Final = Queries.beside(__file__)
GIVEN_UP_SHOWN_FOR: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimedChannel:
    """A channel that this transaction has locked. `failures` are in a row."""

    failures: int
    paused_until: datetime | None
    disabled_at: datetime | None
    last_error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelState:
    """How a channel is doing. `failures` are in a row; `given_up` counts the last seven days."""

    name: str
    failures: int
    failing_since: datetime | None
    paused_until: datetime | None
    disabled_at: datetime | None
    last_error: str
    waiting: int
    waiting_since: datetime | None
    given_up: int


async def merge_channels(pool: asyncpg.Pool, channels: Mapping[str, Channel]) -> None:
    """Make the channels and their audiences known. One that leads elsewhere than before starts afresh, as enabled."""
    async with pool.acquire() as connection, connection.transaction():
        for channel in channels.values():
            await connection.execute(_QUERIES["merge_channel"], channel.name, channel.destination)
            audience = channel.audience
            await connection.execute(
                _QUERIES["mark_audience"], channel.name, audience.teams, audience.kinds, channel.reaches_recipient
            )


async def list_channel_states(pool: asyncpg.Pool, names: Iterable[str], *, now: datetime) -> list[ChannelState]:
    """The states of these channels, by name. A channel that was never configured is left out."""
    rows = await pool.fetch(_QUERIES["list_channel_states"], now - GIVEN_UP_SHOWN_FOR, list(names))
    return [
        ChannelState(
            name=row["name"],
            failures=row["failures"],
            failing_since=row["failing_since"],
            paused_until=row["paused_until"],
            disabled_at=row["disabled_at"],
            last_error=row["last_error"],
            waiting=row["waiting"],
            waiting_since=row["waiting_since"],
            given_up=row["given_up"],
        )
        for row in rows
    ]


async def claim_channel(connection: Querier, name: str) -> ClaimedChannel | None:
    """Lock a channel until the transaction ends; None when it is not known."""
    row = await connection.fetchrow(_QUERIES["claim_channel"], name)
    if row is None:
        return None
    return ClaimedChannel(
        failures=row["failures"],
        paused_until=row["paused_until"],
        disabled_at=row["disabled_at"],
        last_error=row["last_error"],
    )


async def mark_channel_delivering(connection: Querier, name: str) -> None:
    """A delivery got through."""
    await change(connection, _QUERIES["mark_channel_delivering"], [(name,)])


async def mark_channel_failing(connection: Querier, name: str, *, error: str, now: datetime) -> int:
    """A delivery failed. Returns how many have failed in a row."""
    failures: int | None = await connection.fetchval(_QUERIES["mark_channel_failing"], name, now, error)
    return failures or 0


async def mark_channel_paused(
    connection: Querier, name: str, *, paused_until: datetime | None, asked_until: datetime | None
) -> None:
    """Pause it: until our own backoff is over, and until when its receiver asked for nothing more."""
    await connection.execute(_QUERIES["mark_channel_paused"], name, paused_until, asked_until)


async def mark_channel_disabled(connection: Querier, name: str, *, error: str, now: datetime) -> None:
    """The receiver wants nothing more."""
    await connection.execute(_QUERIES["mark_channel_disabled"], name, now, error)


async def mark_channel_enabled(pool: asyncpg.Pool, name: str) -> bool:
    """Start afresh. Returns whether the channel is known."""
    return await pool.fetchval(_QUERIES["mark_channel_enabled"], name) is not None
