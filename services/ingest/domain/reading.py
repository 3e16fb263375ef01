"""Reading what senders write: JSON within limits, times, durations and amounts. Shared by all adapters."""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

import msgspec

from services.ingest.domain.times import to_rfc3339
from services.ingest.domain.webhook import (
    TOLERANCE_S,
    BodyUnreadable,
    Limits,
    SignatureMismatch,
    SignatureMissing,
    SignedTimeOff,
    Source,
)
from shared.fact_values import FactValue
from shared.observation import NO_JSON, ObservationRefused

_DIGITS_MAX: Final = 16
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE_PAIR: Final = re.compile(
    rb"(\\[^u])|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""An escape that is not one of a code unit, a whole pair, or half of one."""
_OPENING_BRACKETS: Final = (b"{", b"[")


def read_json(body: bytes, limits: Limits) -> Any:
    """The JSON value in the body.

    Raises:
        BodyUnreadable: the body is not JSON, or is nested deeper or larger than the limits.
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        content = msgspec.json.decode(body)
    except NO_JSON as refused:
        content = _read_with_surrogates(body)
        if content is None:
            raise BodyUnreadable(f"body is not JSON ({type(refused).__name__})") from None
    opened = sum(body.count(bracket) for bracket in _OPENING_BRACKETS)
    if opened > limits.depth_max or 1 + opened + body.count(b",") > limits.values_max:  # upper bounds, counted quickly
        _require_within(limits, content)
    return content


def _read_with_surrogates(body: bytes) -> Any:
    """The JSON value in a body that holds half of a surrogate pair (RFC 8259, section 8.2), which stands for no character: it
    is replaced. None if that is not what is wrong."""
    if not _SURROGATE.search(body):
        return None
    try:
        return msgspec.json.decode(_SURROGATE_PAIR.sub(_whole_pair_or_replacement, body))
    except NO_JSON:
        return None


def _whole_pair_or_replacement(match: re.Match[bytes]) -> bytes:
    return match[0] if match[1] or match[2] else rb"\ufffd"


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


def require_recent(
    timestamp: str, source: Source, *, now: datetime, units_per_s: int = 1, tolerance_s: int = TOLERANCE_S
) -> None:
    """Check a signed Unix time. `units_per_s` is 1000 if it counts milliseconds.

    Raises:
        SignatureMissing: there is none.
        SignedTimeOff: it is not a Unix time, or differs from `now` by more than the tolerance in either direction.
    """
    if not timestamp:
        raise SignatureMissing(source.name)
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _DIGITS_MAX
    if not is_number or abs(now.timestamp() * units_per_s - int(timestamp)) > tolerance_s * units_per_s:
        raise SignedTimeOff(source.name)


def require_any_of(candidate: str, secrets: Iterable[bytes], source: Source) -> None:
    """Check that the text, a secret or a digest, equals one of the secrets or digests.

    Raises:
        SignatureMissing: it is empty.
        SignatureMismatch: it equals none of them.
    """
    if not candidate:
        raise SignatureMissing(source.name)
    if not is_any_of(candidate, secrets):
        raise SignatureMismatch(source.name)


def is_any_of(candidate: str, secrets: Iterable[bytes]) -> bool:
    """Whether the text equals one of the secrets. The time that this takes does not reveal how much of it was right."""
    encoded = candidate.encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(encoded, secret) for secret in secrets)


def seconds_between(start: object, end: object) -> FactValue:
    """The seconds from one time to another; None if either is not a time."""
    try:
        span = datetime.fromisoformat(to_rfc3339(end)) - datetime.fromisoformat(to_rfc3339(start))
    except (OverflowError, ObservationRefused):
        return None
    return span.total_seconds()
