"""Answers what is asked about sources: which there are, and to add, replace or remove a stored one."""

from nats.aio.client import Client
from pydantic import ValidationError, field_validator

from services.ingest.settings import IngestSettings, SourceKeys, UnknownSource, require_slugs
from services.ingest.sources.known_sources import KnownSources
from services.ingest.sources.refused_entries import refuse_description, refuse_guessable_secret, refuse_missing_secret
from services.ingest.sources.stored_sources import StoredSource, remove_stored_source, store_source
from shared.errors import Refusal
from shared.observation import SourceName
from shared.requests.endpoint import NoQuery
from shared.requests.router import RequestRouter
from shared.requests.sources.endpoints import (
    SOURCE_LIST,
    SOURCE_REMOVE,
    SOURCE_STORE,
    SourceDescription,
    SourceList,
    SourceRow,
    SourceToStore,
    StoredName,
)
from shared.service.settings import Section
from shared.suggestions import with_suggestion


class SourceInFile(Refusal):
    """This source stands in daymark.toml, which wins. Change it there, and start ingest again."""


class SourceExists(Refusal):
    """A source of this name was added before. Choose another name, or replace it with `daymark sources add --replace`."""


class _Sources(Section):
    """As in daymark.toml, so that the same is checked."""

    sources: dict[SourceName, SourceKeys]

    @field_validator("sources")
    @classmethod
    def _require_slugs(cls, sources: dict[SourceName, SourceKeys]) -> dict[SourceName, SourceKeys]:
        return require_slugs(sources)


class SourceRequests:
    """The handlers. Each of them begins by reading what other replicas have changed."""

    def __init__(self, settings: IngestSettings, known: KnownSources, client: Client) -> None:
        self._settings = settings
        self._known = known
        self._client = client

    def register(self, requests: RequestRouter) -> None:
        """Answer on these subjects."""
        requests.handles(SOURCE_LIST)(self._list)
        requests.handles(SOURCE_STORE)(self._store)
        requests.handles(SOURCE_REMOVE)(self._remove)

    async def _list(self, _: NoQuery) -> SourceList:
        await self._known.follow()
        configured = [
            SourceRow(name=name, origin="file", description=_describe(section), secrets=section.secrets)
            for name, section in self._settings.sources.items()
        ]
        stored = [self._row(name, source) for name, source in self._known.stored.items() if name not in self._settings.sources]
        rows = sorted([*configured, *stored], key=lambda row: row.name)
        return SourceList(base_url=self._settings.ingest.base_url, rows=tuple(rows))

    async def _store(self, query: SourceToStore) -> SourceRow:
        """Raises:
        SourceInFile, SourceExists: the name is taken.
        SourceRefused: a key cannot be used, or the secret could be guessed.
        SourcesKeyMissing: ingest has no key to encrypt secrets with.
        """
        name = SourceName(query.name)
        await self._known.follow()
        if name in self._settings.sources:
            raise SourceInFile(name)
        former = self._known.stored.get(name)
        if former is not None and not query.replaces:
            raise SourceExists(name)
        keys = _check(name, query.description)
        stored = StoredSource(description=keys, sealed=self._seal(name, query.secrets, former))
        await store_source(self._client, name, stored)
        await self._known.follow()
        return self._row(name, stored)

    async def _remove(self, query: StoredName) -> StoredName:
        """Raises:
        SourceInFile: it stands in daymark.toml.
        UnknownSource: there is no such source.
        """
        await self._known.follow()
        if query.name in self._settings.sources:
            raise SourceInFile(query.name)
        if query.name not in self._known.stored:
            raise UnknownSource(with_suggestion(query.name, self._known.stored))
        await remove_stored_source(self._client, query.name)
        await self._known.follow()
        return query

    def _seal(self, name: SourceName, values: tuple[str, ...], former: StoredSource | None) -> str:
        secrets = tuple(value.strip() for value in values)
        if not secrets and former is not None:
            return former.sealed
        if not any(secrets):
            raise refuse_missing_secret()
        for secret in secrets:
            refuse_guessable_secret(secret)
        return self._known.key.seal(name, secrets)

    def _row(self, name: SourceName, source: StoredSource) -> SourceRow:
        problem = str(self._known.problems.get(name, ""))
        return SourceRow(name=name, origin="stored", description=_describe(source.description), problem=problem)


def _check(name: SourceName, description: SourceDescription) -> SourceKeys:
    """The keys, by the same checks as in daymark.toml.

    Raises:
        SourceRefused: names each field that cannot be used and the reason.
    """
    try:
        return _Sources.model_validate({"sources": {name: description.model_dump()}}).sources[name]
    except ValidationError as refused:
        raise refuse_description(refused) from None


def _describe(section: SourceKeys) -> SourceDescription:
    return SourceDescription.model_validate(section.model_dump(exclude={"secrets"}))
