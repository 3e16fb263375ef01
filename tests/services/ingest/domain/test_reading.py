"""JSON within limits, signed times, the time between two times, and secrets."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.ingest.domain.reading import as_items, as_mapping, is_any_of, read_json, require_recent, seconds_between
from services.ingest.domain.webhook import TOLERANCE_S, BodyUnreadable, Limits, SignatureMismatch
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


def test_json_may_begin_with_a_byte_order_mark_and_only_with_one() -> None:
    assert read_json(b'\xef\xbb\xbf{"a":1}', Limits()) == {"a": 1}

    with pytest.raises(BodyUnreadable, match=r"^body is not JSON \(DecodeError\)"):
        read_json(b"\xef\xbb\xbf" * 2 + b"{}", Limits())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb"a\ud800b", "a\ufffdb"),
        (rb"\uDBFF", "\ufffd"),
        (rb"\udc00", "\ufffd"),
        (rb"\uDfFf", "\ufffd"),
        (rb"\uD800\uD800", "\ufffd\ufffd"),
        (rb"\udc00\ud83d", "\ufffd\ufffd"),
        (rb"\ud83d\ude00", "\U0001f600"),
        (rb"\uD83D\uDE00", "\U0001f600"),
        (rb"\udbff\udfff and \ud800", "\U0010ffff and \ufffd"),
        (rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"\ud83d \ude00", "\ufffd \ufffd"),
        (rb"\\ud800 and \ud800", "\\ud800 and \ufffd"),
        (rb"\\\ud800", "\\\ufffd"),
        (rb"\n\ud800\t", "\n\ufffd\t"),
        (rb"\u00e4\ud7ff\ue000\ud800", "\u00e4\ud7ff\ue000\ufffd"),
    ],
)
def test_half_of_a_surrogate_pair_is_replaced_and_every_other_escape_is_kept(text: bytes, expected: str) -> None:
    assert read_json(b'{"a":"%s"}' % text, Limits()) == {"a": expected}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "DecodeError"),
        (b"{", "DecodeError"),
        (rb'{"a":"\ud800"', "DecodeError"),
        (rb'["\ud800",]', "DecodeError"),
        (rb'"\ud8"', "DecodeError"),
        (rb'"\ud80g"', "DecodeError"),
        (b'"\xff"', "UnicodeDecodeError"),
        (b"[" * 100_000, "RecursionError"),
    ],
)
def test_what_is_wrong_in_another_way_is_unreadable(body: bytes, error: str) -> None:
    with pytest.raises(BodyUnreadable, match=rf"^body is not JSON \({error}\)"):
        read_json(body, Limits())


def test_a_body_with_half_of_a_surrogate_pair_is_held_to_the_limits_too() -> None:
    body = rb'["\ud800", [[1]]]'

    assert read_json(body, Limits(depth_max=3, values_max=5)) == ["\ufffd", [[1]]]
    with pytest.raises(BodyUnreadable, match="nested deeper than 2"):
        read_json(body, Limits(depth_max=2))
    with pytest.raises(BodyUnreadable, match="more than 4 values"):
        read_json(body, Limits(values_max=4))


def test_anything_but_an_array_is_a_single_item_and_anything_but_an_object_is_an_empty_one() -> None:
    assert [as_items(content) for content in ([1, 2], {"a": 1}, "text", None)] == [[1, 2], [{"a": 1}], ["text"], [None]]
    assert [as_mapping(value) for value in ({"a": 1}, [1], "text", None)] == [{"a": 1}, {}, {}, {}]


@pytest.mark.parametrize("timestamp", ["", "-1", "1.5", "soon", "١٧٦٨٢٠٨٤٠٠", "²"])
def test_what_is_no_unix_time_is_not_recent(timestamp: str) -> None:
    with pytest.raises(SignatureMismatch):
        require_recent(timestamp, SOURCE, now=NOW)


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


@pytest.mark.parametrize(("candidate", "expected"), [("a", True), ("b", True), ("", False), ("ab", False), ("\udcff", False)])
def test_a_text_is_compared_with_every_secret(candidate: str, expected: bool) -> None:
    assert is_any_of(candidate, [b"a", b"b"]) is expected
