"""Send through a channel again after its receiver had said that it is gone."""

import asyncpg
import structlog

from services.nudges.deliver.channel_states import mark_channel_enabled
from shared.errors import DaymarkError

_log = structlog.get_logger()


class NoSuchChannel(DaymarkError):
    """There is no channel with this name. `daymark channels list` shows the names."""


async def enable_channel(pool: asyncpg.Pool, name: str) -> None:
    """Start afresh with what is queued from now on.

    Raises:
        NoSuchChannel: it was never configured.
    """
    if not await mark_channel_enabled(pool, name):
        raise NoSuchChannel(name)
    _log.info("channel_enabled", channel=name)
