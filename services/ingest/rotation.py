"""Secrets that are replaced in their files take effect without a restart, so that a sender can change its key without a gap."""

import asyncio
from typing import Final

import structlog

from services.ingest.domain.webhook import Source
from services.ingest.settings import IngestSettings
from shared.service.settings import SecretMissing

_log = structlog.get_logger()
_LOOK_EVERY_S: Final = 2.0


async def follow_secrets(settings: IngestSettings, sources: dict[str, Source], stopping: asyncio.Event) -> None:
    """Read the secrets again and again, and put new ones in `sources`. A file that is missing or empty changes nothing."""
    while not stopping.is_set():
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await stopping.wait()
        except TimeoutError:
            _take_over(settings, sources)


def _take_over(settings: IngestSettings, sources: dict[str, Source]) -> None:
    try:
        found = settings.read_sources()
    except SecretMissing as missing:
        _log.warning("secret_missing", problem=str(missing))
        return
    changed = [name for name, source in found.items() if sources[name] != source]
    if changed:
        sources.update(found)
        _log.info("secrets_replaced", sources=changed)
