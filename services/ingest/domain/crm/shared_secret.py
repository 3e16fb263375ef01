"""Any sender of JSON that can send along a secret: which header or field it is in, and what is where, is configured.

The secret travels in a header, the query, as the password of HTTP Basic, as a bearer token, or in the body; from there it is
taken out before anything is stored.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.ingest.domain.adapter import Adapter, Document, Item, RetryPolicy
from services.ingest.domain.field_map import identity_by_map, read_by_map, split_by_map
from services.ingest.domain.reading import is_one_of, read_json
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch, Source, VerifiedWebhook

PLACES: Final = ("header:NAME", "query:NAME", "basic", "bearer", "body:NAME")
"""Where a secret can travel, as `secret_in` writes it."""

_EVENT_HEADERS: Final = ("x-event", "x-event-type")


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Raises `SignatureMismatch` unless one of the secrets is where the configuration says."""
    place, _, name = source.secret_in.partition(":")
    body = webhook.body
    if place == "body":
        given, body = _taken_from(body, name, source)
    elif place == "query":
        given = webhook.query.get(name, "")
    elif place == "header":
        given = webhook.headers.get(name.lower(), "")
    else:
        given = _authorization(webhook.headers.get("authorization", ""), place)
    if not given or not is_one_of(given, source.secrets):
        raise SignatureMismatch(source.name)
    event = next((webhook.headers[one] for one in _EVENT_HEADERS if one in webhook.headers), webhook.query.get("event", ""))
    return VerifiedWebhook(source=source.name, headers={"event": event} if event else {}, body=body, received_at=now)


def _authorization(header: str, scheme: str) -> str:
    """What follows the scheme: the token, or `user:password`."""
    given_scheme, _, credentials = header.partition(" ")
    if given_scheme.lower() != scheme:
        return ""
    if scheme == "bearer":
        return credentials.strip()
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return ""


def _taken_from(body: bytes, name: str, source: Source) -> tuple[str, bytes]:
    """The secret in a field of the body, and the body without it."""
    try:
        content = read_json(body, source.limits)
    except BodyUnreadable:
        return "", b""
    secret = content.pop(name, None) if isinstance(content, dict) else None
    return (secret, msgspec.json.encode(content)) if isinstance(secret, str) else ("", b"")


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    return split_by_map(webhook, source, source.fields)


def _read(item: Item, source: Source) -> Iterable[Document]:
    return read_by_map(item, source, fields=source.fields)


SHARED_SECRET: Final = Adapter(
    kind="shared-secret",
    verify=verify,
    split=_split,
    identity=identity_by_map,
    read=_read,
    retry_policy=RetryPolicy(),
)
