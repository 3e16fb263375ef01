"""Reading what senders write: JSON within limits, times, durations and amounts. Shared by all adapters."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, Final

import msgspec

from services.ingest.domain.webhook import TOLERANCE_S, BodyUnreadable, Limits, SignatureMismatch, Source
from shared.fact_values import FactValue
from shared.observation import NO_JSON, ObservationRefused

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_MAX: Final = 16
_DATE_LENGTH: Final = len("2026-01-12")
_SECONDS_BELOW: Final = 10**11
"""A Unix time below this is in seconds (until the year 5138); from here on it is in milliseconds (since 1973)."""

_CLOCK_PARTS: Final = (2, 3)
_MINUTE_S: Final = 60
_MAGNITUDE_MAX: Final = 30
"""An amount of more digits is not an amount. Written out, its zeros could fill the memory."""
_OPENING_BRACKETS: Final = (b"{", b"[")


def read_json(body: bytes, limits: Limits) -> Any:
    """The JSON value in the body.

    Raises:
        BodyUnreadable: the body is not JSON, or is nested deeper or larger than the limits.
    """
    try:
        content = msgspec.json.decode(body)
    except NO_JSON as refused:
        raise BodyUnreadable(f"body is not JSON ({type(refused).__name__})") from None
    opened = sum(body.count(bracket) for bracket in _OPENING_BRACKETS)
    if opened > limits.depth_max or 1 + opened + body.count(b",") > limits.values_max:  # upper bounds, counted quickly
        _require_within(limits, content)
    return content


def _require_within(limits: Limits, content: object) -> None:
    """Walk the value level by level, so that the walk itself does not recurse.

    Raises:
        BodyUnreadable: it is nested too deeply, or has too many values.
    """
    level, depth, values = [content], 0, 1
    while level:
        if depth == limits.depth_max and any(isinstance(value, dict | list) for value in level):
            raise BodyUnreadable(f"body is nested deeper than {limits.depth_max}")
        level = list(chain.from_iterable(_children(value) for value in level))
        depth, values = depth + 1, values + len(level)
        if values > limits.values_max:
            raise BodyUnreadable(f"body holds more than {limits.values_max} values")


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def as_items(content: object) -> Sequence[object]:
    """The elements of an array; anything else is a single item."""
    return content if isinstance(content, list) else [content]


def as_mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, otherwise an empty one."""
    return value if isinstance(value, Mapping) else {}


def require_recent(timestamp: str, source: Source, *, now: datetime, units_per_s: int = 1) -> None:
    """Check a signed Unix time. `units_per_s` is 1000 if it counts milliseconds.

    Raises:
        SignatureMismatch: it is not a Unix time, or differs from `now` by more than the tolerance in either direction.
    """
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _DIGITS_MAX
    if not is_number or abs(now.timestamp() * units_per_s - int(timestamp)) > TOLERANCE_S * units_per_s:
        raise SignatureMismatch(source.name)


def is_any_of(candidate: str, secrets: Iterable[bytes]) -> bool:
    """Whether the text equals one of the secrets. The time that this takes does not reveal how much of it was right."""
    encoded = candidate.encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(encoded, secret) for secret in secrets)


def to_rfc3339(value: object) -> str:
    """A time as RFC 3339 text, from Unix seconds or milliseconds or from text. Text without an offset is taken to be in UTC.

    Raises:
        ObservationRefused: there is no time, or it is beyond the calendar.
    """
    if isinstance(value, bool) or value is None:
        raise ObservationRefused("time", "is missing")
    text = str(value).strip()
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX:
        count = int(text)
        try:
            since_epoch = timedelta(seconds=count) if count < _SECONDS_BELOW else timedelta(milliseconds=count)
            return (_EPOCH + since_epoch).isoformat()
        except OverflowError:
            raise ObservationRefused("time", "lies too far off") from None
    text = text.replace(" ", "T")
    if len(text) == _DATE_LENGTH:
        return f"{text}T12:00:00+00:00"  # a date in no particular zone: noon in UTC falls on it almost everywhere
    time = text[_DATE_LENGTH:]
    has_offset = time.endswith(("Z", "z")) or "+" in time or "-" in time
    return text if has_offset else f"{text}+00:00"


def seconds_between(start: object, end: object) -> FactValue:
    """The seconds from one time to another; None if either is not a time."""
    try:
        span = datetime.fromisoformat(to_rfc3339(end)) - datetime.fromisoformat(to_rfc3339(start))
    except (ValueError, TypeError, OverflowError, ObservationRefused):
        return None  # TypeError: one is a date with an offset, to which the parser gives no offset
    return span.total_seconds()


def read_clock_duration(text: str) -> FactValue:
    """`mm:ss` or `h:mm:ss` in seconds. Other text is returned unchanged, so that the check of the fact refuses it by name."""
    parts = text.split(":")
    if len(parts) not in _CLOCK_PARTS or not all(
        part.isascii() and part.isdigit() and len(part) <= _DIGITS_MAX for part in parts
    ):
        return text
    seconds = 0
    for part in parts:
        seconds = seconds * _MINUTE_S + int(part)
    return seconds


def to_decimal_text(value: object, *, units_per_major: int = 1) -> FactValue:
    """An amount of money as exact decimal text. `units_per_major` is 100 if the value is in cents.

    Anything that is not a number is returned unchanged, so that the check of the fact refuses it by name.
    """
    try:
        amount = Decimal(str(value)) / units_per_major
    except ArithmeticError:
        return str(value)
    is_amount = amount.is_finite() and abs(amount.adjusted()) < _MAGNITUDE_MAX
    return format(amount, "f") if is_amount else str(value)
