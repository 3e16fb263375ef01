"""What senders of any JSON have in common, however they prove who they are: the map of the source, and the event's name."""

from collections.abc import Iterable, Sequence
from typing import Final

from services.ingest.domain.adapter import Document, Item
from services.ingest.domain.field_map import REQUIRED_FIELDS, read_by_map, split_by_map
from services.ingest.domain.webhook import RawWebhook, Source, VerifiedWebhook
from shared.languages.messages import gettext

WAYS_TO_SEND: Final = {
    "actor": "map `actor` to the user who did it",
    "start": "map `started_at` to when it was done",
    "duration": "map `duration_s`, or one of its siblings in other units",
}
_EVENT_HEADERS: Final = ("x-event", "x-event-type")


def find_unmapped_fields(source: Source) -> str | None:
    """What is wrong with the map of a source: which required fields it lacks. None if it has them."""
    missing = sorted(REQUIRED_FIELDS - source.fields.keys())
    return gettext("fields must map {fields}").format(fields=", ".join(missing)) if missing else None


def event_headers_of(webhook: RawWebhook) -> dict[str, str]:
    """The name of the event as a header to keep, if the sender has it in a header or in the query."""
    in_headers = (webhook.headers[name] for name in _EVENT_HEADERS if name in webhook.headers)
    event = next(in_headers, webhook.query.get("event", ""))
    return {"event": event} if event else {}


def split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    """The items that the map of the source finds in a body."""
    return split_by_map(webhook, source, source.fields)


def read(item: Item, source: Source) -> Iterable[Document]:
    """The observation that the map of the source finds in an item."""
    return read_by_map(item, source, fields=source.fields)
