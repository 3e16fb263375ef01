"""Any sender of JSON that signs with an HMAC. The configuration says where the signature is and what is signed.

Signed is the body, or a time and the body with something in between. The time is in a header of its own, or beside the
signature in the same header: `t=1700000000,v1=5257…`.
"""

import base64
import binascii
import hmac
from datetime import datetime
from typing import Final

from services.ingest.domain.adapter import Adapter, Authentication, RetryPolicy
from services.ingest.domain.any_json import WAYS_TO_SEND, event_headers_of, find_unmapped_fields, read, split
from services.ingest.domain.field_map import identify_by_map
from services.ingest.domain.reading import require_recent
from services.ingest.domain.webhook import (
    RawWebhook,
    SignatureFormat,
    SignatureMismatch,
    SignatureMissing,
    Source,
    VerifiedWebhook,
)
from shared.languages.messages import gettext

_SIGNATURES_TRIED_MAX: Final = 16
_MILLISECONDS_FROM_DIGITS: Final = 12
"""A Unix time of so many digits counts milliseconds."""


def check_source(source: Source) -> str | None:
    """Whether the settings say how a webhook is signed and where the required facts are."""
    if source.signature is None:
        return gettext("signature must say how a webhook is signed; at least its header")
    return find_unmapped_fields(source)


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Accept a signature that was made with one of the secrets.

    Raises:
        SignatureMismatch: there is none, or the signed time is too far off.
    """
    form = source.signature
    assert form is not None
    header = webhook.headers.get(form.header.lower(), "")
    timestamp = _find_timestamp(webhook, form, header)
    signed = webhook.body
    if form.timestamp:
        units_per_s = 1_000 if len(timestamp) >= _MILLISECONDS_FROM_DIGITS else 1
        require_recent(timestamp, source, now=now, units_per_s=units_per_s, tolerance_s=form.tolerance_s)
        signed = f"{timestamp}{form.separator}".encode("utf-8", "surrogateescape") + webhook.body
    if not header:
        raise SignatureMissing(source.name)
    signatures = [signature for part in _parts(header, form) if (signature := _decode(part, form)) is not None]
    digests = [hmac.digest(key, signed, form.algorithm) for key in source.secrets]
    if not any(hmac.compare_digest(digest, signature) for digest in digests for signature in signatures):
        raise SignatureMismatch(source.name)
    return VerifiedWebhook(source=source.name, headers=event_headers_of(webhook), body=webhook.body, received_at=now)


def _find_timestamp(webhook: RawWebhook, form: SignatureFormat, header: str) -> str:
    """The time as it was signed. `timestamp` names a header, or is what stands before the time in that of the signature."""
    if not form.timestamp.endswith("="):
        return webhook.headers.get(form.timestamp.lower(), "")
    parts = (part.strip() for part in header.split(","))
    return next((part.removeprefix(form.timestamp) for part in parts if part.startswith(form.timestamp)), "")


def _parts(header: str, form: SignatureFormat) -> list[str]:
    """What may be signatures: what follows the prefix, in each part of the header."""
    parts = [part.strip() for part in header.split(",")] if form.prefix else [header.strip()]
    return [part.removeprefix(form.prefix) for part in parts if part.startswith(form.prefix)][:_SIGNATURES_TRIED_MAX]


def _decode(encoded: str, form: SignatureFormat) -> bytes | None:
    """The bytes of a signature; None if it is not encoded as it should be."""
    try:
        return bytes.fromhex(encoded) if form.encoding == "hex" else base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None


ADAPTER: Final = Adapter(
    kind="hmac",
    title="Any sender of JSON that signs",
    page="hmac",
    authentication=Authentication(method="HMAC of the body, or of time and body", signs_body=True),
    verify=verify,
    split=split,
    identify=identify_by_map,
    read=read,
    retry_policy=RetryPolicy(),
    check_source=check_source,
    ways_to_send=WAYS_TO_SEND,
)
