"""Random tokens, of which only the hash is stored."""

import hashlib
import hmac
import secrets
from typing import Final

_TOKEN_BYTES: Final = 32
_CSRF: Final = b"csrf"


def make_token() -> str:
    """256 random bits, as 43 characters that may stand in an address or a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest_of(token: str) -> bytes:
    """SHA-256. A random token needs neither salt nor a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def csrf_token_of(session_token: str) -> str:
    """What every form of a session carries. Another site sees neither the cookie nor the form, so it cannot send this."""
    return hmac.digest(session_token.encode("utf-8", "surrogateescape"), _CSRF, "sha256").hex()
