"""The `Retry-After` header: when a receiver wants the next request. RFC 9110, section 10.2.3."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

RETRY_AFTER_STATUSES: Final = (429, 503)
"""The statuses with which the header counts: Too Many Requests, Service Unavailable."""
_DIGITS_MAX: Final = 9


def parse_retry_after(header: str | None, *, now: datetime) -> float | None:
    """The seconds that the header asks for, or the seconds until its date; None when it is neither. A date in the past gives a
    negative number."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:_DIGITS_MAX])
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError):
        return None
