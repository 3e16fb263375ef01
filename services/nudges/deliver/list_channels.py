"""List the channels with their states, as people and the `daymark channels` command see them."""

from collections.abc import Collection
from datetime import datetime

import asyncpg

from services.nudges.deliver.channel_states import ChannelState, list_channel_states
from services.nudges.deliver.retry_policy import RETRY_POLICY
from shared.requests.nudges import ChannelList, ChannelRow


async def list_channels(pool: asyncpg.Pool, names: Collection[str], *, now: datetime) -> ChannelList:
    """By name."""
    states = await list_channel_states(pool, names, now=now)
    return ChannelList(channels=tuple(_to_row(state, now=now) for state in states))


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
