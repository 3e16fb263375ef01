"""Read the gauges of nudges: what waits, which channels fail, which rules are paused, which feeds are silent."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import asyncpg
from nats.aio.client import Client

from services.nudges.context.silent_feeds import list_silent_feeds
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import list_channel_states
from services.nudges.deliver.channels.personal import find_personal_channel
from services.nudges.experiments.calibrations import find_next_calibration
from services.nudges.experiments.rule_pauses import list_rule_pauses
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES, find_waiting
from shared.postgres.outbox import find_outbox_state


def gauge_readers(
    connection: Client, pool: asyncpg.Pool, channels: Mapping[str, Channel], clock: Clock, metrics: NudgesMetrics
) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """By name, what brings each gauge up to date."""

    async def read_outbox() -> None:
        state = await find_outbox_state(pool)
        metrics.outbox.set(state.waiting)
        metrics.outbox_age_seconds.set(state.oldest_age_s(clock.now()))

    async def read_feeds() -> None:
        metrics.show_silent_feeds(feed.team for feed in (await list_silent_feeds(pool)).feeds)

    async def read_rules() -> None:
        for pause in await list_rule_pauses(pool):
            metrics.rule_paused.labels(pause.rule).set(pause.paused_at is not None)

    async def read_calibration() -> None:
        due_at = await find_next_calibration(pool)
        overdue_s = (clock.now() - due_at).total_seconds() if due_at is not None else 0.0
        metrics.calibration_overdue_seconds.set(max(overdue_s, 0.0))

    async def read_channels() -> None:
        now = clock.now()
        for state in await list_channel_states(pool, channels, now=now):
            metrics.show_channel(
                state.name,
                waiting=state.waiting,
                waiting_since=state.waiting_since,
                failing_since=state.failing_since,
                is_disabled=state.disabled_at is not None,
                now=now,
            )
        _show_servers(channels, metrics)

    return {
        "backlog": partial(_read_backlog, connection, metrics),
        "outbox": read_outbox,
        "feeds": read_feeds,
        "rules": read_rules,
        "calibration": read_calibration,
        "channels": read_channels,
    }


async def _read_backlog(connection: Client, metrics: NudgesMetrics) -> None:
    waiting = await find_waiting(connection, SCORES, NUDGES_CONSUMER)
    metrics.backlog.set(waiting.messages)
    metrics.backlog_oldest_seconds.set(waiting.oldest_age_s)


def _show_servers(channels: Mapping[str, Channel], metrics: NudgesMetrics) -> None:
    """The servers of the channel to individuals that fail while others work, as this process knows."""
    if (personal := find_personal_channel(channels)) is not None:
        failing_s = {server.transport: server.failing_s for server in personal.failing_servers()}
        for transport in personal.transports:
            metrics.channel_failing_seconds.labels(f"{personal.name}.{transport}").set(failing_s.get(transport, 0.0))
