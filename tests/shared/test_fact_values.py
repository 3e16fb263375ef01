"""Which values of facts are accepted, at the edges of each limit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.fact_values import (
    FactRefused,
    FactValue,
    check_amount,
    check_any,
    check_currency,
    check_date,
    check_direction,
    check_duration_s,
    check_text,
    check_time,
    utc_text,
)


@pytest.mark.parametrize(
    ("check", "value", "normal_form"),
    [
        (check_text, "x" * 1_024, "x" * 1_024),
        (check_text, "\U0001f600", "\U0001f600"),
        (check_time, "1990-01-01T00:00:00Z", "1990-01-01T00:00:00+00:00"),
        (check_time, "2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999+00:00"),
        (check_time, "2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00+00:00"),
        (check_date, "1990-01-01", "1990-01-01"),
        (check_date, "2199-12-31", "2199-12-31"),
        (check_duration_s, 0, 0),
        (check_duration_s, 31 * 86_400, 31 * 86_400),
        (check_direction, "inbound", "inbound"),
        (check_direction, "outbound", "outbound"),
        (check_amount, "999999999999999.999999", "999999999999999.999999"),
        (check_amount, "-1", "-1"),
        (check_currency, "EUR", "EUR"),
        (check_any, "", ""),
        (check_any, 2**53, 2**53),
        (check_any, -(2**53), -(2**53)),
        (check_any, False, False),
    ],
)
def test_a_value_within_the_limits_is_brought_into_normal_form(
    check: Callable[[object], FactValue], value: object, normal_form: FactValue
) -> None:
    assert check(value) == normal_form


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (check_text, ""),
        (check_text, "x" * 1_025),
        (check_text, "a\x00b"),
        (check_text, 7),
        (check_time, "1989-12-31T23:59:59.999999Z"),
        (check_time, "2200-01-01T00:00:00Z"),
        (check_time, "2026-03-02T10:00:00"),
        (check_time, "yesterday"),
        (check_time, 1_700_000_000),
        (check_date, "1989-12-31"),
        (check_date, "2200-01-01"),
        (check_date, "2026-02-30"),
        (check_date, "20260302"),
        (check_date, 20_260_302),
        (check_duration_s, -0.001),
        (check_duration_s, 31 * 86_400 + 0.001),
        (check_duration_s, True),
        (check_duration_s, "60"),
        (check_direction, "sideways"),
        (check_direction, ["inbound"]),
        (check_amount, "1000000000000000"),
        (check_amount, "1.0000001"),
        (check_amount, "1."),
        (check_amount, "1e5"),
        (check_amount, 4_711),
        (check_currency, "eur"),
        (check_currency, "EURO"),
        (check_currency, 978),
        (check_any, "x" * 1_025),
        (check_any, 2**53 + 1),
        (check_any, float("inf")),
        (check_any, {"nested": 1}),
        (check_any, float("nan")),
        (check_any, 10**400),
    ],
)
def test_a_value_beyond_a_limit_is_refused_and_not_quoted(check: Callable[[object], FactValue], value: object) -> None:
    with pytest.raises(FactRefused) as refused:
        check(value)

    assert str(value) not in refused.value.problem or value == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1989-12-31T23:59:59Z", "lies outside the years 1990 to 2199"),
        ("0001-01-01T00:00:00+14:00", "lies outside the years 1990 to 2199"),
        ("9999-12-31T23:59:59-12:00", "lies outside the years 1990 to 2199"),
        ("2026-03-02T10:00:00", "has no offset from UTC; write one, such as +01:00 or Z"),
        ("yesterday", "not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00"),
    ],
)
def test_a_refusal_says_what_is_wrong_with_a_time(text: str, problem: str) -> None:
    with pytest.raises(FactRefused) as refused:
        check_time(text)

    assert refused.value.problem == problem


@pytest.mark.parametrize("microsecond", [0, 1])
def test_a_time_can_be_written_so_that_its_text_sorts_like_the_time(microsecond: int) -> None:
    instant = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(microseconds=microsecond)

    assert datetime.fromisoformat(utc_text(instant, comparable=True)) == instant
    assert utc_text(instant, comparable=True) == f"2026-03-02T09:00:00.00000{microsecond}+00:00"
    assert utc_text(instant) == instant.isoformat()
