"""How amounts of money, currencies and durations are read, in every form in which senders write them."""

import pytest

from services.ingest.domain.amounts import read_clock_duration, read_currency, read_duration_s, to_decimal_text
from shared.fact_values import FactValue


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1250, "1250"),
        (0, "0"),
        (-5, "-5"),
        (1250.5, "1250.5"),
        (1e3, "1000.0"),
        ("1250.00", "1250.00"),
        (" 1250 ", "1250"),
        ("+12", "12"),
        ("-12.50", "-12.50"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1.5e3", "1500"),
        ("1e29", "1" + "0" * 29),
        ("1e-29", "0.00"),
    ],
)
def test_a_number_is_an_exact_amount(value: object, text: str) -> None:
    assert to_decimal_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3599.7000000000003, "3599.70"),
        (0.1 + 0.2, "0.30"),
        ("0.123456", "0.123456"),
        ("0.1234567", "0.12"),
        ("1.0050000", "1.00"),
        ("1.0150000", "1.02"),
        ("1.0050001", "1.01"),
    ],
)
def test_an_amount_has_six_digits_after_the_point_or_is_rounded_to_hundredths(value: object, text: str) -> None:
    assert to_decimal_text(value) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1,500", "1500"),
        ("1,500.00", "1500.00"),
        ("1.500,00", "1500.00"),
        ("1.234,50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("999,999", "999999"),
        ("-1,500", "-1500"),
        ("1.234", "1.234"),
        ("1.500", "1.500"),
        ("12,5", "12.5"),
        ("1,50", "1.50"),
        ("1234,567", "1234.567"),
        ("12,3456", "12.3456"),
        ("0,500", "0.500"),
        ("0.500", "0.500"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1500.", "1500"),
        ("1500,", "1500"),
        ("1.500,-", "1500"),
        ("1500,--", "1500"),
        ("1'500.--", "1500"),
    ],
)
def test_the_last_mark_is_before_the_fraction_and_others_are_between_thousands(written: str, text: str) -> None:
    assert to_decimal_text(written) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("$1,500.00", "1500.00"),
        ("$ 1,500.00", "1500.00"),
        ("US$1,500", "1500"),
        ("R$ 1.500,50", "1500.50"),
        ("€1500", "1500"),
        ("€\u00a01500", "1500"),
        ("1500€", "1500"),
        ("1.234,50 €", "1234.50"),
        ("£5", "5"),
        ("¥5000", "5000"),
        ("₹1,500", "1500"),
        ("EUR 1500", "1500"),
        ("1500 EUR", "1500"),
        ("1500EUR", "1500"),
        ("1 500 kr", "1500"),
        ("-$1,500", "-1500"),
        ("$-1,500", "-1500"),
        ("+$5", "5"),
        ("1.500,- €", "1500"),
        ("CHF 1'500.--", "1500"),
    ],
)
def test_a_currency_may_stand_on_either_side(written: str, text: str) -> None:
    assert to_decimal_text(written) == text


@pytest.mark.parametrize(
    "written",
    [
        "a lot",
        "EUR",
        "$",
        "20k",
        "20 k",
        "20 K",
        "1.5m",
        "2 Mio",
        "50%",
        "(1,500)",
        "-$-5",
        "--5",
        "1-2",
        "12.01.2026",
        "1,2,3",
        "1,500,",
        "1.500.",
        "5---",
        "1.234,567,89",
        "1,23,456",
        "1,500 or 2,000",
        "x1500",
        "1500x",
        "NaN",
        "Infinity",
        "-inf",
        "1e30",
        "1e-30",
        "0e30",
        "1e999999",
        "1e9999999999999999999",
        "1" * 31,
    ],
)
def test_what_is_no_amount_is_returned_unchanged(written: str) -> None:
    assert to_decimal_text(written) == written


@pytest.mark.parametrize(("value", "text"), [(True, "True"), ({"value": 1}, "{'value': 1}"), ([1], "[1]"), (10**400, None)])
def test_a_value_that_is_neither_number_nor_text_is_returned_as_text(value: object, text: str | None) -> None:
    assert to_decimal_text(value) == (text or str(value))


@pytest.mark.parametrize("value", [None, ""])
def test_where_there_is_no_amount_there_is_none(value: object) -> None:
    assert to_decimal_text(value) is None


@pytest.mark.parametrize(
    ("value", "units_per_major", "text"),
    [
        (100_001, 100, "1000.01"),
        ("100,001", 100, "1000.01"),
        (1, 1_000_000, "0.000001"),
        (1_234_567_891, 1_000_000, "1234.567891"),
        (250_000, 100, "2500"),
    ],
)
def test_an_amount_in_a_smaller_unit_is_converted_exactly(value: object, units_per_major: int, text: str) -> None:
    assert to_decimal_text(value, units_per_major=units_per_major) == text


@pytest.mark.parametrize(
    ("value", "currency"),
    [("EUR", "EUR"), (" eur ", "EUR"), ("euro", "EURO"), ("", None), (" ", None), (None, None), (978, None), ({}, None)],
)
def test_a_currency_is_in_capitals(value: object, currency: str | None) -> None:
    assert read_currency(value) == currency


@pytest.mark.parametrize(
    ("value", "unit_s", "duration_s"),
    [
        (182, 1, 182),
        (0, 1, 0),
        (1.5, 1, 1.5),
        (3, 60, 180),
        (1_500, 0.001, 1.5),
        ("182", 1, 182),
        (" 182 ", 1, 182),
        ("1.5", 60, 90),
        ("1e2", 1, 100),
        (-1, 1, -1),
        ("-1", 1, -1),
    ],
)
def test_a_number_is_a_duration_in_its_unit(value: object, unit_s: float, duration_s: float) -> None:
    assert read_duration_s(value, unit_s=unit_s) == duration_s


def test_a_duration_is_in_seconds_unless_it_says_otherwise() -> None:
    assert read_duration_s(182) == read_duration_s("182") == 182


UNITS = {
    0.001: ("ms", "msec", "milliseconds"),
    1: ("s", "sec", "secs", "second", "seconds"),
    60: ("m", "min", "mins", "minute", "minutes"),
    3_600: ("h", "hr", "hrs", "hour", "hours"),
}


@pytest.mark.parametrize(("unit", "unit_s"), [(unit, seconds) for seconds, units in UNITS.items() for unit in units])
def test_a_duration_may_name_its_unit(unit: str, unit_s: float) -> None:
    assert read_duration_s(f"182 {unit}") == 182 * unit_s
    assert read_duration_s(f"1.5{unit.upper()}", unit_s=60) == 1.5 * unit_s


@pytest.mark.parametrize(("text", "duration_s"), [("03:02", 182), ("1:03:02", 3_782)])
def test_a_duration_on_a_clock_is_in_minutes_or_hours_whatever_the_unit_of_a_number(text: str, duration_s: float) -> None:
    assert read_duration_s(text) == read_duration_s(text, unit_s=60) == duration_s


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("long", "long"),
        (" long ", "long"),
        ("182 fortnights", "182 fortnights"),
        ("sec", "sec"),
        ("-5 sec", "-5 sec"),
        ("1h 20m", "1h 20m"),
        ("182  sec", "182  sec"),
        ("1.1234567890 s", "1.1234567890 s"),
        ("1" * 13 + " s", "1" * 13 + " s"),
        ([182], "[182]"),
        ({}, "{}"),
        (10**400, None),
    ],
)
def test_what_is_no_duration_is_returned_as_text(value: object, text: str | None) -> None:
    assert read_duration_s(value, unit_s=0.001) == (text or str(value))


def test_a_duration_with_a_unit_may_have_twelve_digits_and_nine_after_the_point() -> None:
    assert read_duration_s("1" * 12 + " ms") == int("1" * 12) * 0.001
    assert read_duration_s("1.123456789 s") == 1.123456789


@pytest.mark.parametrize("value", [None, "", True, False])
def test_where_there_is_no_duration_there_is_none(value: object) -> None:
    assert read_duration_s(value) is None


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("03:02", 182),
        ("1:03:02", 3_782),
        ("0:00", 0),
        ("90:00", 5_400),
        ("1:00:00", 3_600),
        ("0000000000000003:02", 182),
        ("00000000000000003:02", "00000000000000003:02"),
        ("", ""),
        ("3", "3"),
        ("3:", "3:"),
        ("1:2:3:4", "1:2:3:4"),
        ("a:b", "a:b"),
        ("1:b", "1:b"),
        ("-1:02", "-1:02"),
        ("٣:02", "٣:02"),
    ],
)
def test_a_clock_duration_is_in_seconds_and_other_text_is_returned_unchanged(text: str, duration: FactValue) -> None:
    assert read_clock_duration(text) == duration
