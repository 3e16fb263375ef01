"""Signatures as https://www.standardwebhooks.com specifies."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

KEY_PREFIX: Final = "whsec_"
_KEY_BYTES_MIN: Final = 24
_KEY_BYTES_MAX: Final = 64


def signature_headers(message_id: str, body: bytes, keys: Sequence[bytes], *, now: datetime) -> dict[str, str]:
    """The id, the time in whole seconds since 1970, and for each key a signature over these two and the body."""
    timestamp = str(int(now.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def decode_key(secret: str) -> bytes | None:
    """The key that a secret stands for; None if it stands for none."""
    try:
        key = base64.b64decode(secret.removeprefix(KEY_PREFIX), validate=True)
    except binascii.Error:
        return None
    return key if _KEY_BYTES_MIN <= len(key) <= _KEY_BYTES_MAX else None
