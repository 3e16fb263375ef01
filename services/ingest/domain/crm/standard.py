"""Standard Webhooks: any sender that follows https://www.standardwebhooks.com, with our observations as data.

Signed is `id.timestamp.body` with HMAC-SHA256; the header carries one or more `v1,<base64>` signatures, so that a sender can
change its key without a gap. The `svix-*` names of the headers are the same thing under an older name.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.ingest.domain.observations import read_items, read_json
from services.ingest.domain.webhook import (
    TOLERANCE_S,
    RawWebhook,
    Refused,
    SignatureMismatch,
    Source,
    VerifiedWebhook,
)
from shared.observation import Observation

_SIGNATURES_TRIED_MAX: Final = 16
_TIMESTAMP_DIGITS_MAX: Final = 12
_KEPT_HEADERS: Final = ("content-type", "webhook-id", "svix-id")
_ENVELOPE: Final = frozenset({"type", "timestamp", "data"})
_PREFIX: Final = b"whsec_"


class StandardWebhooks:
    """The adapter for sources of kind `standard`."""

    kind = "standard"

    def verify(self, webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
        headers = webhook.headers
        message_id, timestamp, signatures = (
            headers.get(f"webhook-{part}") or headers.get(f"svix-{part}") or "" for part in ("id", "timestamp", "signature")
        )
        if not (message_id and signatures and _is_recent(timestamp, now=now)):
            raise SignatureMismatch(source.name)
        signed = f"{message_id}.{timestamp}.".encode("utf-8", "surrogateescape") + webhook.body
        given = [_decoded(one) for one in signatures.split(" ")[:_SIGNATURES_TRIED_MAX]]
        for secret in source.secrets:
            expected = hmac.digest(key_of(secret), signed, "sha256")
            if any(hmac.compare_digest(expected, one) for one in given):
                kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
                return VerifiedWebhook(source=source.name, headers=kept, body=webhook.body)
        raise SignatureMismatch(source.name)

    def translate(self, webhook: VerifiedWebhook, source: Source) -> Sequence[Observation | Refused]:
        content = read_json(webhook.body)
        items = content if isinstance(content, list) else [content]
        return read_items([_without_envelope(item) for item in items], account=source.account)


def key_of(secret: bytes) -> bytes:
    """The key in a secret as senders show it: base64, mostly behind `whsec_`. Anything else is taken as it is."""
    encoded = secret.removeprefix(_PREFIX)
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return secret


def _is_recent(timestamp: str, *, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _TIMESTAMP_DIGITS_MAX):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE_S


def _decoded(signature: str) -> bytes:
    """The bytes of a `v1` signature; empty, which matches nothing, for any other text."""
    version, _, encoded = signature.partition(",")
    if version != "v1":
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _without_envelope(item: object) -> object:
    """The data of the recommended `{type, timestamp, data}` envelope, or the item itself where there is none."""
    if isinstance(item, dict) and "activity_id" not in item and item.keys() >= {"type", "data"}:
        return item["data"] if item.keys() <= _ENVELOPE else item
    return item
