"""Texts, dates and numbers in two languages."""

from datetime import date
from decimal import Decimal

from shared.languages.current import using_language
from shared.languages.formats import (
    day_and_month_text,
    decimal_text,
    full_date_text,
    number_text,
    percent_text,
    short_date_text,
    weekday_name,
    weekday_names,
    with_decimal_point,
    with_decimal_sign,
)
from shared.languages.messages import gettext, marked, pgettext

_DAY = date(2026, 3, 9)


def test_a_text_is_translated_where_it_is_read() -> None:
    label = marked("Today")

    assert (label, gettext(label)) == ("Today", "Today")
    with using_language("es"):
        assert (label, gettext(label)) == ("Today", "Hoy")
        assert gettext("what no catalogue has") == "what no catalogue has"
        assert pgettext("date pattern", "d MMMM") == "d 'de' MMMM"


def test_a_day_is_written_as_its_language_writes_it() -> None:
    assert [weekday_name(_DAY), day_and_month_text(_DAY), full_date_text(_DAY), short_date_text(_DAY)] == [
        "Monday",
        "Monday 9 March",
        "Monday 9 March 2026",
        "9 March",
    ]
    with using_language("es"):
        assert [weekday_name(_DAY), day_and_month_text(_DAY), full_date_text(_DAY), short_date_text(_DAY)] == [
            "lunes",
            "lunes 9 de marzo",
            "lunes 9 de marzo de 2026",
            "9 de marzo",
        ]


def test_a_number_has_no_empty_decimals_and_the_mark_of_its_language() -> None:
    numbers = [Decimal("5.0"), Decimal("2.5"), Decimal("1E+3"), Decimal("0.333"), Decimal(12345)]

    assert [number_text(number) for number in numbers] == ["5", "2.5", "1000", "0.333", "12345"]
    assert (decimal_text(Decimal("72.5"), decimals=2), percent_text(Decimal("0.5"))) == ("72.50", "50%")
    with using_language("es"):
        assert number_text(Decimal("2.50")) == "2,5"
        assert (decimal_text(Decimal("1072.5"), decimals=2), percent_text(Decimal("0.5"))) == ("1072,50", "50\u00a0%")


def test_weekdays_and_a_number_as_it_was_written() -> None:
    assert (weekday_names()[0], with_decimal_sign("500.00")) == ("Monday", "500.00")
    with using_language("es"):
        assert (weekday_names(is_short=True)[6], with_decimal_sign("500.00")) == ("dom", "500,00")


def test_a_number_is_typed_with_the_decimal_sign_of_the_language() -> None:
    assert [with_decimal_point(typed) for typed in ("1,5", "1.5", "5", ",5")] == ["1,5", "1.5", "5", ",5"]
    with using_language("es"):
        assert [with_decimal_point(typed) for typed in ("1,5", "1.5", "5", "x,5", "1,")] == ["1.5", "1.5", "5", "x,5", "1,"]
