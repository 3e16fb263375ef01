"""Send through a channel again after its receiver had said that it is gone."""

from collections.abc import Iterable

import asyncpg
import structlog

from services.nudges.deliver.channel_states import mark_channel_enabled
from shared.errors import DaymarkError
from shared.suggestions import with_suggestion

_log = structlog.get_logger()


class NoSuchChannel(DaymarkError):
    """There is no channel with this name. `daymark channels list` shows the names."""


async def enable_channel(pool: asyncpg.Pool, name: str, *, configured: Iterable[str]) -> None:
    """Start afresh with what is queued from now on. Names that are `configured` are suggested for one that does not exist.

    Raises:
        NoSuchChannel: it was never configured.
    """
    if not await mark_channel_enabled(pool, name):
        raise NoSuchChannel(with_suggestion(name, configured))
    _log.info("channel_enabled", channel=name)
