"""Limits on JSON, and how times, durations and amounts are read."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.ingest.domain.reading import (
    is_any_of,
    read_clock_duration,
    read_json,
    require_recent,
    seconds_between,
    to_decimal_text,
    to_rfc3339,
)
from services.ingest.domain.webhook import TOLERANCE_S, BodyUnreadable, Limits, SignatureMismatch
from shared.fact_values import FactValue
from shared.observation import ObservationRefused
from tests.services.ingest.senders.sender import make_source

NOW: Final = datetime(2026, 1, 12, 9, tzinfo=UTC)
SOURCE: Final = make_source("close")


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("body", [_nested(1), _nested(5), b"[[],[[[[]]]]]"])
def test_json_may_be_nested_as_deeply_as_the_limit(body: bytes) -> None:
    assert isinstance(read_json(body, Limits(depth_max=5)), list)


@pytest.mark.parametrize("body", [_nested(6), b'{"a":' * 6 + b"1" + b"}" * 6, b'[[[[[{"a": 1}]]]]]'])
def test_json_that_is_nested_more_deeply_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable, match="nested deeper than 5"):
        read_json(body, Limits(depth_max=5))


FOUR_VALUES: Final = [b"[1,2,3]", b'{"a":1,"b":2,"c":3}', b'[{"a":[]}, 1]', b'["[,", "{", "]"]']


@pytest.mark.parametrize("body", FOUR_VALUES)
def test_json_may_have_as_many_values_as_the_limit_and_no_more(body: bytes) -> None:
    read_json(body, Limits(values_max=4))

    with pytest.raises(BodyUnreadable, match="more than 3 values"):
        read_json(body, Limits(values_max=3))


@pytest.mark.parametrize("off_s", [-TOLERANCE_S, 0, TOLERANCE_S])
@pytest.mark.parametrize("units_per_s", [1, 1_000])
def test_a_time_within_the_tolerance_is_recent(off_s: int, units_per_s: int) -> None:
    timestamp = str(int((NOW + timedelta(seconds=off_s)).timestamp()) * units_per_s)

    require_recent(timestamp, SOURCE, now=NOW, units_per_s=units_per_s)


@pytest.mark.parametrize("off_s", [-TOLERANCE_S - 1, TOLERANCE_S + 1])
@pytest.mark.parametrize("units_per_s", [1, 1_000])
def test_a_time_beyond_the_tolerance_is_not(off_s: int, units_per_s: int) -> None:
    timestamp = str(int((NOW + timedelta(seconds=off_s)).timestamp()) * units_per_s)

    with pytest.raises(SignatureMismatch):
        require_recent(timestamp, SOURCE, now=NOW, units_per_s=units_per_s)


@pytest.mark.parametrize(("digits", "is_accepted"), [(16, True), (17, False)])
def test_a_signed_time_may_have_sixteen_digits_and_no_more(digits: int, is_accepted: bool) -> None:
    timestamp = str(int(NOW.timestamp())).zfill(digits)

    if is_accepted:
        require_recent(timestamp, SOURCE, now=NOW)
    else:
        with pytest.raises(SignatureMismatch):
            require_recent(timestamp, SOURCE, now=NOW)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1768208400".zfill(16), "2026-01-12T09:00:00+00:00"),
        ("1768208400".zfill(17), "00000001768208400+00:00"),
        (1768208400, "2026-01-12T09:00:00+00:00"),
        ("1768208400", "2026-01-12T09:00:00+00:00"),
        (1768208400123, "2026-01-12T09:00:00.123000+00:00"),
        (10**11 - 1, "5138-11-16T09:46:39+00:00"),
        (10**11, "1973-03-03T09:46:40+00:00"),
        ("2026-01-12", "2026-01-12T12:00:00+00:00"),
        ("2026-01-12 09:00:00", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12T09:00:00", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12T09:00:00Z", "2026-01-12T09:00:00Z"),
        ("2026-01-12T09:00:00-05:00", "2026-01-12T09:00:00-05:00"),
        (" 2026-01-12T09:00:00+01:00 ", "2026-01-12T09:00:00+01:00"),
    ],
)
def test_a_time_is_read_from_a_number_or_from_text(value: object, expected: str) -> None:
    assert to_rfc3339(value) == expected


@pytest.mark.parametrize(("value", "problem"), [(None, "is missing"), (True, "is missing"), ("9" * 16, "lies too far off")])
def test_what_is_not_a_time_is_refused(value: object, problem: str) -> None:
    with pytest.raises(ObservationRefused, match=problem):
        to_rfc3339(value)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2026-01-12T09:00:00Z", "2026-01-12T10:00:00+00:30", 1_800),
        (1768208400, "2026-01-12T09:00:01Z", 1),
        ("2026-01-12T09:00:00Z", "2026-01-12T08:59:59Z", -1),
        ("soon", "2026-01-12T09:00:00Z", None),
        (None, "2026-01-12T09:00:00Z", None),
        ("2026-01-12+01:00", "2026-01-12T09:00:00Z", None),
        ("2026-01-12T09:00:00Z", "2026-01-12-05:00", None),
    ],
)
def test_the_seconds_between_two_times_are_counted_in_any_zone(start: object, end: object, seconds: float | None) -> None:
    assert seconds_between(start, end) == seconds


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("03:02", 182),
        ("1:03:02", 3_782),
        ("0:00", 0),
        ("90:00", 5_400),
        ("0000000000000003:02", 182),
        ("00000000000000003:02", "00000000000000003:02"),
        ("3", "3"),
        ("1:2:3:4", "1:2:3:4"),
        ("a:b", "a:b"),
    ],
)
def test_a_clock_duration_is_in_seconds_and_other_text_is_returned_unchanged(text: str, duration: FactValue) -> None:
    assert read_clock_duration(text) == duration


@pytest.mark.parametrize(
    ("value", "units_per_major", "text"),
    [
        (1250, 1, "1250"),
        ("1250.00", 1, "1250.00"),
        (1e3, 1, "1000.0"),
        (100_001, 100, "1000.01"),
        (1, 1_000_000, "0.000001"),
        (True, 1, "True"),
        (None, 1, "None"),
        ({"value": 1}, 1, "{'value': 1}"),
        ("a lot", 1, "a lot"),
        ("NaN", 1, "NaN"),
        ("1e29", 1, "1" + "0" * 29),
        ("1e30", 1, "1e30"),
        ("1e999999", 1, "1e999999"),
    ],
)
def test_an_amount_is_exact_text_and_what_is_not_an_amount_is_returned_unchanged(
    value: object, units_per_major: int, text: str
) -> None:
    assert to_decimal_text(value, units_per_major=units_per_major) == text


def test_an_amount_is_in_the_major_unit_unless_it_says_otherwise() -> None:
    assert to_decimal_text("1e3") == "1000"


@pytest.mark.parametrize(("candidate", "expected"), [("a", True), ("b", True), ("", False), ("ab", False), ("\udcff", False)])
def test_a_text_is_compared_with_every_secret(candidate: str, expected: bool) -> None:
    assert is_any_of(candidate, [b"a", b"b"]) is expected
