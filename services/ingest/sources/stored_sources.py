"""The stream SOURCES: one document for each source that was added while Daymark ran. The newest one counts."""

from typing import Final

import structlog
from nats.aio.client import Client
from pydantic import Field, ValidationError

from services.ingest.settings import SourceKeys
from shared.jetstream.stored_messages import read_messages
from shared.jetstream.streams import SOURCE_CONFIGURED, SOURCES
from shared.observation import SourceName
from shared.service.settings import Section

_log = structlog.get_logger()
_REMOVED: Final = b""
_TIMEOUT_S: Final = 5.0


class StoredSource(Section):
    """A document of the stream. Its secrets are `sealed`."""

    description: SourceKeys
    sealed: str = Field(repr=False)


async def find_last_change(connection: Client) -> int:
    """The number of the newest document. It grows with each change."""
    return (await connection.jetstream().stream_info(SOURCES)).state.last_seq


async def list_stored_sources(connection: Client, *, last: int) -> dict[SourceName, StoredSource]:
    """Every source up to the document with the number `last`, without those that were removed.

    Raises:
        StreamUnreadable: the server refused, or did not answer.
    """
    stored: dict[SourceName, StoredSource] = {}
    async for batch in read_messages(connection, SOURCES, last=last):
        for message in batch:
            name = SourceName(message.subject.removeprefix(f"{SOURCE_CONFIGURED}."))
            if message.data == _REMOVED:
                continue
            try:
                stored[name] = StoredSource.model_validate_json(message.data)
            except ValidationError as refused:  # a later version wrote it
                _log.error("stored_source_unreadable", source=name, errors=refused.error_count())
    return stored


async def store_source(connection: Client, name: SourceName, stored: StoredSource) -> None:
    """Return once the document is on disk. It replaces the former one of this name."""
    await _publish(connection, name, stored.model_dump_json().encode())


async def remove_stored_source(connection: Client, name: SourceName) -> None:
    """Return once only the name is left of the source, with its secrets erased from the stream."""
    await _publish(connection, name, _REMOVED)


async def _publish(connection: Client, name: SourceName, data: bytes) -> None:
    await connection.jetstream(timeout=_TIMEOUT_S).publish(f"{SOURCE_CONFIGURED}.{name}", data)
