"""The header `Retry-After`: when a receiver wants to be asked again. RFC 9110, section 10.2.3."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

ASKS_TO_WAIT: Final = (429, 503)
"""The answers with which it counts: Too Many Requests, Service Unavailable."""
_DIGITS_MAX: Final = 9


def seconds_of(retry_after: str | None, *, now: datetime) -> float | None:
    """The seconds that are asked for, or that are left until the date; None for neither. A date that has passed is negative."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:_DIGITS_MAX])
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError):
        return None
