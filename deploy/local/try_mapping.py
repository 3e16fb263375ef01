"""What a webhook would become by today's mapping, field by field, so that a map can be mended before it is used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.field_map import search_fields
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem, Source, VerifiedWebhook
from services.ingest.read_webhooks import ReadItem, read_items
from shared.errors import DaymarkError
from shared.observation import Observation, UnreadableFact


class BodyFileUnreadable(DaymarkError):
    """The file cannot be read. It must hold one body as the sender sends it."""


class NoHeader(DaymarkError):
    """A header has the form `Name: value`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedField:
    """One line of the map of a source: `value` is what the expression finds, as the sender wrote it."""

    name: str
    expression: str
    value: object


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedItem:
    """An item of the body. It is no activity if nothing is observed, left out or refused."""

    fields: tuple[MappedField, ...]
    observations: tuple[Observation, ...]
    left_out: tuple[UnreadableFact, ...]
    refused: tuple[RefusedItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedWebhook:
    """A webhook as it is read today. `problem` says why the body cannot be read at all."""

    received_at: datetime
    items: tuple[TriedItem, ...] = ()
    problem: str = ""


def read_body_file(path: Path, source: Source, *, headers: Sequence[str], now: datetime) -> VerifiedWebhook:
    """A body from a file, as if it had been received now with these headers.

    Raises:
        BodyFileUnreadable: the file is missing.
        NoHeader: a header has no colon.
    """
    by_name: dict[str, str] = {}
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon:
            raise NoHeader(header)
        by_name[name.strip().lower()] = value.strip()
    try:
        return VerifiedWebhook(source=source.name, headers=by_name, body=path.read_bytes(), received_at=now)
    except OSError as failed:
        raise BodyFileUnreadable(f"{path} ({failed.strerror})") from None


def try_mapping(webhook: VerifiedWebhook, source: Source) -> TriedWebhook:
    """Read a webhook by the adapter and the mapping of its source."""
    try:
        items = tuple(_tried(item, source) for item in read_items(webhook, source, ADAPTERS[source.kind]))
    except BodyUnreadable as unreadable:
        return TriedWebhook(received_at=webhook.received_at, problem=unreadable.subject)
    return TriedWebhook(received_at=webhook.received_at, items=items)


def _tried(item: ReadItem, source: Source) -> TriedItem:
    return TriedItem(
        fields=tuple(_mapped_fields(item.item, source)),
        observations=tuple(item.observations),
        left_out=tuple(translated for translated in item.translated if isinstance(translated, UnreadableFact)),
        refused=tuple(item.refused),
    )


def _mapped_fields(item: object, source: Source) -> Iterator[MappedField]:
    if not isinstance(item, Mapping):
        return
    for name, value in search_fields(item, source.fields).items():
        yield MappedField(name=name, expression=source.fields[name], value=value)
