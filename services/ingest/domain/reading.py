"""Reading what senders write: JSON within limits, times, numbers, money. For all adapters; none of them in particular."""

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
_SECONDS_BELOW: Final = 10**11
"""A count since 1970 below this is in seconds (until the year 5138); from here on in milliseconds (since 1973)."""

_CLOCK_PARTS: Final = (2, 3)
_MINUTE_S: Final = 60
_MAGNITUDES_MAX: Final = 30
"""An amount with more digits than this is none; written out, its noughts could fill the memory."""
_OPENING: Final = (b"{", b"[")


def read_json(body: bytes, limits: Limits) -> Any:
    """The JSON value that the body holds.

    Raises:
        BodyUnreadable: it holds none, or one that is nested deeper or larger than the limits.
    """
    try:
        content = msgspec.json.decode(body)
    except NO_JSON as refused:
        raise BodyUnreadable(f"body is no JSON ({type(refused).__name__})") from None
    opened = sum(body.count(bracket) for bracket in _OPENING)
    if opened > limits.depth_max or opened + body.count(b",") > limits.values_max:  # else it cannot be beyond them
        _hold_to(limits, content)
    return content


def _hold_to(limits: Limits, content: object) -> None:
    """Level by level, so that the walk itself is not nested.

    Raises:
        BodyUnreadable: too deep, or too many values.
    """
    level, depth, values = [content], 0, 1
    while level:
        if depth == limits.depth_max and any(isinstance(one, dict | list) for one in level):
            raise BodyUnreadable(f"body is nested deeper than {limits.depth_max}")
        level = list(chain.from_iterable(_children(one) for one in level))
        depth, values = depth + 1, values + len(level)
        if values > limits.values_max:
            raise BodyUnreadable(f"body holds more than {limits.values_max} values")


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def as_items(content: object) -> Sequence[object]:
    """An array as its items, anything else as the only one."""
    return content if isinstance(content, list) else [content]


def require_recent(timestamp: str, source: Source, *, now: datetime, per_second: int = 1) -> None:
    """Nothing, for digits that count from 1970 and lie near enough to now. `per_second`: 1000 for milliseconds.

    Raises:
        SignatureMismatch: it is no such time, or off by more than the tolerance in either direction.
    """
    readable = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _DIGITS_MAX
    if not readable or abs(now.timestamp() * per_second - int(timestamp)) > TOLERANCE_S * per_second:
        raise SignatureMismatch(source.name)


def is_one_of(given: str, secrets: Iterable[bytes]) -> bool:
    """Whether the text is one of the secrets, without telling by its time how much of it was right."""
    tried = given.encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(tried, secret) for secret in secrets)


def instant(value: object) -> str:
    """A moment as RFC 3339: from seconds or milliseconds since 1970, or from text; text without an offset is in UTC."""
    if isinstance(value, bool) or value is None:
        raise ObservationRefused("time", "is missing")
    text = str(value).strip()
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX:
        count = int(text)
        try:
            since = timedelta(seconds=count) if count < _SECONDS_BELOW else timedelta(milliseconds=count)
            return (_EPOCH + since).isoformat()
        except OverflowError:
            raise ObservationRefused("time", "lies too far off") from None
    text = text.replace(" ", "T", 1)
    if len(text) == len("2026-01-12"):
        return f"{text}T12:00:00+00:00"  # a date in nobody's zone: noon in UTC is on it almost everywhere
    has_offset = text.endswith(("Z", "z")) or "+" in text[10:] or "-" in text[10:]
    return text if has_offset else f"{text}+00:00"


def seconds_between(begun: object, ended: object) -> FactValue:
    """From one moment to another; None where one of them is none."""
    try:
        span = datetime.fromisoformat(instant(ended)) - datetime.fromisoformat(instant(begun))
    except (ValueError, OverflowError, ObservationRefused):
        return None
    return span.total_seconds()


def clock_seconds(text: str) -> FactValue:
    """`mm:ss` or `h:mm:ss` as seconds; other text as it is, to be refused by name."""
    parts = text.split(":")
    if len(parts) not in _CLOCK_PARTS or not all(
        part.isascii() and part.isdigit() and len(part) <= _DIGITS_MAX for part in parts
    ):
        return text
    seconds = 0
    for part in parts:
        seconds = seconds * _MINUTE_S + int(part)
    return seconds


def decimal_text(value: object, *, parts: int = 1) -> FactValue:
    """An amount as exact decimal text. `parts` is how many of the given unit make a major one: 100 for cents.

    Anything that is no number stays as it is, to be refused by name.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return str(value)
    try:
        exact = Decimal(str(value)) / parts
    except ArithmeticError:
        return str(value)
    is_plain = exact.is_finite() and abs(exact.adjusted()) < _MAGNITUDES_MAX
    return format(exact, "f") if is_plain else str(value)


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one where there is none."""
    return value if isinstance(value, Mapping) else {}
