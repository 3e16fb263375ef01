"""Send through a channel again although its receiver once said that it is gone."""

import asyncpg
import structlog

from services.nudges.store import QUERIES
from shared.errors import DaymarkError

_log = structlog.get_logger()


class NoSuchChannel(DaymarkError):
    """There is no channel of this name. `daymark channels list` names those that there are."""


async def enable_channel(pool: asyncpg.Pool, name: str) -> None:
    """Begin anew with what is queued from now on.

    Raises:
        NoSuchChannel: it was never configured.
    """
    if await pool.fetchval(QUERIES["mark_channel_enabled"], name) is None:
        raise NoSuchChannel(name)
    _log.info("channel_enabled", channel=name)
