"""Secrets that are replaced in their files take effect without a restart, so a sender can change its key without a gap."""

from typing import Final

import structlog

from services.ingest.domain.webhook import Source
from services.ingest.settings import IngestSettings
from shared.errors import in_english
from shared.observation import SourceName
from shared.service.settings import SecretMissing, SecretTooShort

_log = structlog.get_logger()
RELOAD_INTERVAL_S: Final = 2.0


def reload_secrets(settings: IngestSettings, sources: dict[SourceName, Source]) -> None:
    """Read the secrets again and update `sources` if any has changed. A missing or empty file changes nothing, nor does a
    secret that is too short."""
    try:
        reloaded = settings.read_sources()
    except (SecretMissing, SecretTooShort) as unusable:
        _log.warning(
            "secret_missing" if isinstance(unusable, SecretMissing) else "secret_too_short", problem=in_english(unusable)
        )
        return
    changed = [name for name, source in reloaded.items() if sources[name] != source]
    if changed:
        sources.update(reloaded)
        _log.info("secrets_reloaded", sources=changed)
