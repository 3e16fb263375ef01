"""How times are read, in every form in which senders write them."""

import pytest

from services.ingest.domain.times import is_date, read_date, read_start, read_time, to_rfc3339
from shared.fact_values import FactValue
from shared.observation import ObservationRefused


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1768208400, "2026-01-12T09:00:00+00:00"),
        (1768208400.0, "2026-01-12T09:00:00+00:00"),
        (1768208400.5, "2026-01-12T09:00:00.500000+00:00"),
        (1768208400123, "2026-01-12T09:00:00.123000+00:00"),
        (1768208400123.0, "2026-01-12T09:00:00.123000+00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
        (0.0, "1970-01-01T00:00:00+00:00"),
        (10**11 - 1, "5138-11-16T09:46:39+00:00"),
        (10**11, "1973-03-03T09:46:40+00:00"),
        ("1768208400", "2026-01-12T09:00:00+00:00"),
        ("1768208400.25", "2026-01-12T09:00:00.250000+00:00"),
        ("1768208400.123456789", "2026-01-12T09:00:00.123457+00:00"),
        ("1768208400123", "2026-01-12T09:00:00.123000+00:00"),
        ("1768208400123.5", "2026-01-12T09:00:00.123500+00:00"),
        ("1768208400".zfill(16), "2026-01-12T09:00:00+00:00"),
        ("/Date(1768208400000)/", "2026-01-12T09:00:00+00:00"),
        ("/Date(1768208400000-0700)/", "2026-01-12T09:00:00+00:00"),
        ("/Date(1768208400000+0100)/", "2026-01-12T09:00:00+00:00"),
    ],
)
def test_a_unix_time_counts_seconds_or_milliseconds(value: object, expected: str) -> None:
    assert to_rfc3339(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-12T09:00:00Z", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12t09:00:00z", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12 09:00:00", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12T09:00:00", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12T09:00", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12 9:30", "2026-01-12T09:30:00+00:00"),
        ("2026-01-12T9:30:15Z", "2026-01-12T09:30:15+00:00"),
        ("2026-01-12 09:00:00 UTC", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12 09:00:00UTC", "2026-01-12T09:00:00+00:00"),
        ("2026-01-12T09:00:00.1Z", "2026-01-12T09:00:00.100000+00:00"),
        ("2026-01-12T09:00:00,5Z", "2026-01-12T09:00:00.500000+00:00"),
        ("2026-01-12T09:00:00.123456Z", "2026-01-12T09:00:00.123456+00:00"),
        ("2026-01-12T09:00:00.123456789Z", "2026-01-12T09:00:00.123456+00:00"),
        ("2026-01-12T09:00:00.000001Z", "2026-01-12T09:00:00.000001+00:00"),
        (" 2026-01-12T09:00:00+01:00 ", "2026-01-12T09:00:00+01:00"),
        ("2026-01-12T09:00:00-05:00", "2026-01-12T09:00:00-05:00"),
        ("2026-01-12T09:00:00+0100", "2026-01-12T09:00:00+01:00"),
        ("2026-01-12T09:00:00 +0100", "2026-01-12T09:00:00+01:00"),
        ("2026-01-12T09:00:00+01", "2026-01-12T09:00:00+01:00"),
        ("2026-01-12T09:00+01", "2026-01-12T09:00:00+01:00"),
        ("2026-01-12 09:00 -03", "2026-01-12T09:00:00-03:00"),
        ("2026-01-12T09:00:00+05:45", "2026-01-12T09:00:00+05:45"),
        ("2026-01-12T09:00:00-0930", "2026-01-12T09:00:00-09:30"),
        ("2026-01-12T09:00:00+00:59", "2026-01-12T09:00:00+00:59"),
        ("2026-01-12T09:00:00+23:59", "2026-01-12T09:00:00+23:59"),
        ("2026-01-12T23:59:59Z", "2026-01-12T23:59:59+00:00"),
        ("2026-01-12T00:00:00Z", "2026-01-12T00:00:00+00:00"),
        ("2026-01-12T24:00:00Z", "2026-01-13T00:00:00+00:00"),
        ("2026-01-12 24:00", "2026-01-13T00:00:00+00:00"),
        ("2026-01-31T24:00:00.000+01:00", "2026-02-01T00:00:00+01:00"),
    ],
)
def test_a_time_is_read_from_text_in_many_forms(text: str, expected: str) -> None:
    assert to_rfc3339(text) == expected == read_time(text)
    assert read_start(text) == {"started_at": expected}


NO_TIMES = [
    "",
    " ",
    "soon",
    "2026-02-30",
    "2026-00-01",
    "0000-01-01",
    "2026-13-01T09:00:00Z",
    "2026-1-12T09:00:00Z",
    "26-01-12T09:00:00Z",
    "2026-01-12T",
    "2026-01-12T09",
    "2026-01-12T09:0",
    "2026-01-12T09:00:0",
    "2026-01-12T09:00:00.Z",
    "2026-01-12T09:00:00.1234567890Z",
    "2026-01-12T09:00.5Z",
    "2026-01-12  09:00:00",
    "2026-01-12_09:00:00",
    "2026-01-12+01:00",
    "2026-01-12Z",
    "2026-01-12T09:60:00Z",
    "2026-01-12T09:00:60Z",
    "2026-01-12T25:00:00Z",
    "2026-01-12T24:00:01Z",
    "2026-01-12T24:01:00Z",
    "2026-01-12T24:00:00.000001Z",
    "9999-12-31T24:00:00Z",
    "2026-01-12T09:00:00+1",
    "2026-01-12T09:00:00+24:00",
    "2026-01-12T09:00:00+01:60",
    "2026-01-12T09:00:00+01:0",
    "2026-01-12T09:00:00 CET",
    "2026-01-12T09:00:00Z and more",
    "more 2026-01-12T09:00:00Z",
    "2026-01-12T09:00:00Z\n2026",
    "٢٠٢٦-01-12",
    "1768208400".zfill(17),
    "9" * 16,
    "-1",
    "1768208400.",
    "1768208400.1234567890",
    ".5",
    "1e9",
    "/Date(x)/",
    "/Date(1768208400000-07)/",
    "Date(1768208400000)",
    "/Date(" + "9" * 16 + ")/",
    -1,
    -0.5,
    10**16,
    10**400,
    1e300,
    float("inf"),
    float("-inf"),
    float("nan"),
    [],
    {"time": 1},
]


@pytest.mark.parametrize("value", NO_TIMES, ids=lambda value: str(value)[:40])
def test_what_is_no_time_is_refused_where_one_is_required(value: object) -> None:
    with pytest.raises(ObservationRefused) as refused:
        to_rfc3339(value)

    assert (refused.value.key, refused.value.problem) == ("observed_at", "is not a time, such as 2026-01-12T09:00:00+01:00")


@pytest.mark.parametrize("value", [None, True, False])
def test_a_time_that_is_required_must_not_be_missing(value: object) -> None:
    with pytest.raises(ObservationRefused) as refused:
        to_rfc3339(value)

    assert (refused.value.key, refused.value.problem) == ("observed_at", "is missing")


def test_a_date_where_a_time_is_required_is_noon_in_utc() -> None:
    assert to_rfc3339("2026-01-12") == read_time("2026-01-12") == "2026-01-12T12:00:00+00:00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-12", {"started_at": None, "started_on": "2026-01-12"}),
        (" 2026-01-12 ", {"started_at": None, "started_on": "2026-01-12"}),
        ("2026-01-12T00:00:00Z", {"started_at": "2026-01-12T00:00:00+00:00"}),
        (1768208400, {"started_at": "2026-01-12T09:00:00+00:00"}),
        (0, {"started_at": "1970-01-01T00:00:00+00:00"}),
        (None, {}),
        ("", {}),
        ("soon", {"started_at": "soon"}),
        ("2026-02-30", {"started_at": "2026-02-30"}),
        (True, {"started_at": True}),
        (1.5e300, {"started_at": 1.5e300}),
        ({"a": "person's name"}, {"started_at": "dict"}),
        (["a"], {"started_at": "list"}),
    ],
)
def test_something_starts_at_a_time_or_on_a_date_and_other_values_are_left_to_the_check(
    value: object, expected: dict[str, FactValue]
) -> None:
    assert read_start(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), ("", None), ("soon", "soon"), (-1, -1), (False, False), ({}, "dict"), (["a"], "list")],
)
def test_where_there_is_no_time_there_is_none_and_other_values_are_left_to_the_check(
    value: object, expected: FactValue
) -> None:
    assert read_time(value) == read_date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-12", "2026-01-12"),
        ("2026-01-12T23:30:00-05:00", "2026-01-12"),
        ("2026-01-12T00:30:00+05:00", "2026-01-12"),
        ("2026-01-12T24:00:00Z", "2026-01-13"),
        (1768208400, "2026-01-12"),
    ],
)
def test_the_date_of_a_time_is_the_one_that_is_written(value: object, expected: str) -> None:
    assert read_date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-12", True),
        ("2026-01-12T00:00:00Z", False),
        (" 2026-01-12", False),
        ("1768208400", False),
        ("next week.", False),
        ("", False),
        (None, False),
        (1768208400, False),
    ],
)
def test_only_a_date_without_a_time_is_one(value: object, expected: bool) -> None:
    assert is_date(value) is expected
