"""How the channels fare, in words."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.nudges.deliver.deliveries import ChannelState, list_channels
from services.nudges.deliver.retry_policy import FAILURES_IN_A_ROW
from shared.requests.nudges import ChannelList, ChannelRow


async def show_channels(pool: asyncpg.Pool, names: Sequence[str], *, now: datetime) -> ChannelList:
    """By name."""
    return ChannelList(channels=tuple(_row_of(state, now=now) for state in await list_channels(pool, names, now=now)))


def _row_of(state: ChannelState, *, now: datetime) -> ChannelRow:
    is_paused = state.paused_until is not None and state.paused_until > now
    return ChannelRow(
        name=state.name,
        state=_word_for(state, is_paused=is_paused),
        since=state.disabled_at or state.failing_since,
        paused_until=state.paused_until if is_paused else None,
        last_error=state.last_error,
        waiting=state.waiting,
        waiting_since=state.waiting_since,
        given_up=state.given_up,
    )


def _word_for(state: ChannelState, *, is_paused: bool) -> str:
    if state.disabled_at is not None:
        return "disabled"
    if state.failures >= FAILURES_IN_A_ROW:
        return "failing"
    if is_paused:
        return "paused"
    return "retrying" if state.failures else "ok"
