"""The signature of Slack's requests. https://docs.slack.dev/authentication/verifying-requests-from-slack"""

import hmac
import re
from datetime import datetime
from typing import Final

_AGE_MAX_S: Final = 300
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")


def is_signed(body: bytes, *, timestamp: str, signature: str, secret: str, now: datetime) -> bool:
    """Whether Slack sent the body within the last five minutes. `timestamp` and `signature` are its headers; `timestamp` is in
    whole seconds since 1970."""
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > _AGE_MAX_S:
        return False
    return hmac.compare_digest(sign(body, timestamp=timestamp, secret=secret).encode(), signature.encode())


def sign(body: bytes, *, timestamp: str, secret: str) -> str:
    """The signature that the body has at that time."""
    return f"v0={hmac.digest(secret.encode(), f'v0:{timestamp}:'.encode() + body, 'sha256').hex()}"
