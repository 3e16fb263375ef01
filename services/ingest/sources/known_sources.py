"""All sources of ingest in one mapping, brought up to date while it runs."""

from typing import Final

import structlog
from nats.aio.client import Client

from services.ingest.domain.webhook import Source
from services.ingest.metrics import IngestMetrics
from services.ingest.settings import IngestSettings
from services.ingest.sources.reload_secrets import reload_secrets
from services.ingest.sources.sealed_secrets import SecretsKey, SourcesKeyChanged, SourcesKeyMissing
from services.ingest.sources.stored_sources import StoredSource, find_last_change, list_stored_sources
from shared.errors import Refusal, Unavailable, in_english
from shared.jetstream.stored_messages import StreamUnreadable
from shared.observation import SourceName

_log = structlog.get_logger()
FOLLOW_INTERVAL_S: Final = 0.5
"""A source that is added is open on every replica so soon."""
_NEVER: Final = -1


class SourcesUnreadable(Unavailable):
    """The stream SOURCES could not be read. Look at the log of NATS and at the rights of the user `ingest`."""

    server = "NATS"


class KnownSources:
    """`open` holds every source that takes webhooks. It is the same mapping for ever: whoever reads it sees each change. A
    source of daymark.toml wins over a stored one of the same name."""

    def __init__(
        self,
        settings: IngestSettings,
        configured: dict[SourceName, Source],
        key: SecretsKey,
        client: Client,
        metrics: IngestMetrics,
    ) -> None:
        self.open = dict(configured)
        self.stored: dict[SourceName, StoredSource] = {}
        self.problems: dict[SourceName, Refusal] = {}
        self.key = key
        self._settings = settings
        self._client = client
        self._metrics = metrics
        self._last_change = _NEVER

    async def follow(self) -> None:
        """Read the stored sources again if any has changed.

        Raises:
            SourcesUnreadable: the server refused, or did not answer.
        """
        last = await find_last_change(self._client)
        if last == self._last_change:
            return
        try:
            stored = await list_stored_sources(self._client, last=last)
        except StreamUnreadable as unreadable:
            raise SourcesUnreadable(str(unreadable)) from None
        self._take(stored)
        self._last_change = last

    async def find(self, name: SourceName) -> Source | None:
        """The source, also if another replica has just added or changed it.

        Raises:
            SourcesUnreadable: the server refused, or did not answer.
        """
        await self.follow()
        return self.open.get(name)

    async def reload_secrets(self) -> None:
        """Read the secrets of daymark.toml's sources again."""
        reload_secrets(self._settings, self.open)

    def _take(self, stored: dict[SourceName, StoredSource]) -> None:
        self.stored, self.problems = stored, {}
        sources: dict[SourceName, Source] = {}
        for name, document in stored.items():
            if name in self._settings.sources:
                continue
            try:
                sources[name] = self._unseal(name, document)
            except (SourcesKeyMissing, SourcesKeyChanged) as unusable:
                self.problems[name] = unusable
                _log.error("stored_source_not_opened", source=name, problem=in_english(unusable))
        closed = [name for name in self.open if name not in sources and name not in self._settings.sources]
        changed = {name: source for name, source in sources.items() if self.open.get(name) != source}
        for name in closed:
            del self.open[name]
            self._metrics.clear_expiry(name)
        for source in changed.values():
            self._metrics.add_source(source)
        self.open.update(changed)
        if changed or closed:
            _log.info("sources_changed", opened=sorted(changed), closed=sorted(closed))

    def _unseal(self, name: SourceName, document: StoredSource) -> Source:
        values = self.key.open(name, document.sealed)
        limits = self._settings.ingest.body_limits()
        return document.description.to_source(name, secrets=tuple(value.encode() for value in values), limits=limits)
