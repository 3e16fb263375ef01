"""All sources as a command needs them: those of daymark.toml, and those that were added while Daymark ran."""

from collections.abc import Mapping, Sequence

from nats.aio.client import Client

from services.ingest.domain.webhook import Source
from services.ingest.settings import IngestSettings, SourceKeys, UnknownSource
from shared.observation import SourceName
from shared.requests.client import NO_QUERY, NoResponder, ask
from shared.requests.sources.endpoints import SOURCE_LIST, SourceRow
from shared.service.settings import load_settings
from shared.suggestions import with_suggestion

_ATTEMPTS_MAX = 4


async def list_sources(connection: Client) -> Mapping[SourceName, Source]:
    """Every source without its secrets, by name. If ingest does not answer, only those of daymark.toml."""
    settings = load_settings(IngestSettings)
    limits = settings.ingest.body_limits()
    sources = {name: settings.source_to_read(name) for name in settings.sources}
    for row in await _list_rows(connection):
        if row.name not in sources:
            keys = SourceKeys.model_validate(row.description.model_dump())
            sources[row.name] = keys.to_source(row.name, secrets=(), limits=limits)
    return sources


async def list_closed_sources(connection: Client) -> Sequence[str]:
    """For each source that takes no webhooks although it was added: why, and what to do."""
    return [row.problem for row in await _list_rows(connection) if row.problem]


async def _list_rows(connection: Client) -> Sequence[SourceRow]:
    """What ingest answers; nothing if it does not, which is a finding of its own."""
    try:
        return (await ask(connection, SOURCE_LIST, NO_QUERY, attempts_max=_ATTEMPTS_MAX)).rows
    except NoResponder:
        return ()


async def find_source(connection: Client, name: str) -> Source:
    """The source of this name without its secrets.

    Raises:
        UnknownSource: there is none.
    """
    sources = await list_sources(connection)
    source = sources.get(SourceName(name))
    if source is None:
        raise UnknownSource(with_suggestion(name, sources))
    return source
