"""List the channels with their states, as people and the `daymark channels` command see them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import asyncpg

from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import ChannelState, list_channel_states
from services.nudges.deliver.channels.personal import PersonalChannel, find_personal_channel
from services.nudges.deliver.personal.transport_health import FailingServer
from services.nudges.deliver.retry_policy import RETRY_POLICY
from shared.requests.nudges import ChannelList, ChannelRow


async def list_channels(pool: asyncpg.Pool, channels: Mapping[str, Channel], *, now: datetime) -> ChannelList:
    """By name. After the channel to individuals come those of its servers that fail while others work, as
    this process knows."""
    states = await list_channel_states(pool, channels, now=now)
    rows = [_to_row(state, now=now) for state in states]
    personal = find_personal_channel(channels)
    servers = personal.failing_servers() if personal is not None else ()
    return ChannelList(channels=tuple(sorted((*rows, *[_row_of(server, now=now) for server in servers]), key=_name)))


async def show_channel(pool: asyncpg.Pool, name: str, *, now: datetime) -> ChannelList:
    """One channel; none if it was never configured."""
    return ChannelList(channels=tuple(_to_row(state, now=now) for state in await list_channel_states(pool, [name], now=now)))


def _name(row: ChannelRow) -> str:
    return row.name


def _row_of(server: FailingServer, *, now: datetime) -> ChannelRow:
    """What waits for the server is counted with its channel."""
    return ChannelRow(
        name=f"{PersonalChannel.name}.{server.transport}",
        state="failing" if RETRY_POLICY.is_failing(server.failures) else "retrying",
        since=now - timedelta(seconds=server.failing_s),
        paused_until=None,
        last_error=server.last_error,
        waiting=0,
        waiting_since=None,
        given_up=0,
    )


def _to_row(state: ChannelState, *, now: datetime) -> ChannelRow:
    is_paused = state.paused_until is not None and state.paused_until > now
    return ChannelRow(
        name=state.name,
        state=_name_state(state, is_paused=is_paused),
        since=state.disabled_at or state.failing_since,
        paused_until=state.paused_until if is_paused else None,
        last_error=state.last_error,
        waiting=state.waiting,
        waiting_since=state.waiting_since,
        given_up=state.given_up,
    )


def _name_state(state: ChannelState, *, is_paused: bool) -> str:
    """The most serious state first."""
    if state.disabled_at is not None:
        return "disabled"
    if RETRY_POLICY.is_failing(state.failures):
        return "failing"
    if is_paused:
        return "paused"
    return "retrying" if state.failures else "ok"
