"""Standard Webhooks: any sender that follows https://www.standardwebhooks.com, with our observations as data.

Signed is `id.timestamp.body`: `v1` with HMAC-SHA256 under a shared key, `v1a` with ed25519, of which we hold the public
key. The header carries one or more signatures, so that a sender can change its key without a gap. Headers named `svix-*` are
the same under an older name.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.ingest.domain.adapter import Adapter, Authentication, Document, Item, RetryPolicy
from services.ingest.domain.reading import as_items, as_mapping, read_json, require_recent
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch, SignatureMissing, Source, VerifiedWebhook

_SIGNATURES_TRIED_MAX: Final = 16
_STORED_HEADERS: Final = ("content-type", "webhook-id", "svix-id")
_ENVELOPE: Final = frozenset({"type", "timestamp", "data"})
_PREFIX: Final = b"whsec_"
_PUBLIC_PREFIX: Final = b"whpk_"


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Accept any signature that was made with any of the keys.

    Raises:
        SignatureMismatch: there is none, or the time is too far off.
    """
    headers = webhook.headers
    message_id, timestamp, encoded = (
        headers.get(f"webhook-{part}") or headers.get(f"svix-{part}") or "" for part in ("id", "timestamp", "signature")
    )
    if not (message_id and encoded):
        raise SignatureMissing(source.name)
    require_recent(timestamp, source, now=now)
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "surrogateescape") + webhook.body
    signatures = [_decode(signature) for signature in encoded.split(" ")[:_SIGNATURES_TRIED_MAX]]
    if not any(_is_signed(secret, signed, signatures) for secret in source.secrets):
        raise SignatureMismatch(source.name)
    stored = {name: headers[name] for name in _STORED_HEADERS if name in headers}
    return VerifiedWebhook(source=source.name, headers=stored, body=webhook.body, received_at=now)


def _is_signed(secret: bytes, signed: bytes, signatures: Sequence[tuple[str, bytes]]) -> bool:
    if secret.startswith(_PUBLIC_PREFIX):
        return any(_is_signed_v1a(secret, signed, signature) for version, signature in signatures if version == "v1a")
    expected = hmac.digest(key_of(secret), signed, "sha256")
    return any(hmac.compare_digest(expected, signature) for version, signature in signatures if version == "v1")


def _is_signed_v1a(secret: bytes, signed: bytes, signature: bytes) -> bool:
    key = _public_key(secret)
    if key is None:
        return False
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _public_key(secret: bytes) -> Ed25519PublicKey | None:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(secret.removeprefix(_PUBLIC_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        return None


def key_of(secret: bytes) -> bytes:
    """The key in a secret as senders show it: base64, usually after `whsec_`. Anything else is the key itself."""
    encoded = secret.removeprefix(_PREFIX)
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return secret


def _decode(signature: str) -> tuple[str, bytes]:
    """The version and bytes of one signature. Text that is not a signature gets an empty version, which matches nothing."""
    version, _, encoded = signature.partition(",")
    try:
        return version, base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return "", b""


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    return [_without_envelope(item) for item in as_items(read_json(webhook.body, source.limits))]


def _without_envelope(item: object) -> object:
    """The data in the recommended `{type, timestamp, data}` envelope, or the item itself if it has none."""
    if isinstance(item, dict) and "activity_id" not in item and item.keys() >= {"type", "data"}:
        return item["data"] if item.keys() <= _ENVELOPE else item
    return item


def _identify(item: Item) -> tuple[object, ...]:
    """Observations have no id of their own; two with the same content are the same."""
    return item.get("activity_id"), item.get("observed_at"), msgspec.json.encode(as_mapping(item.get("facts")))


def _read(item: Item, source: Source) -> Iterable[Document]:
    return [{"account": source.account, **item}]


ADAPTER: Final = Adapter(
    kind="standard",
    title="Standard Webhooks",
    page="standard-webhooks",
    authentication=Authentication(method="HMAC-SHA256 or ed25519 of id, time and body", signs_body=True, signs_time=True),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(timeout_s=15, attempts_max=9, window_s=72 * 3_600),
    ways_to_send={
        "actor": "let the sender state the fact `actor`",
        "start": "let the sender state the fact `started_at` or `started_on`",
        "duration": "let the sender state the fact `duration_s`",
    },
)
"""The retry policy is the one that the specification suggests; a sender may have another."""
