"""Numbers, dates and times as the language of whoever reads them writes them.

The patterns of dates are those of Unicode's CLDR: https://unicode.org/reports/tr35/tr35-dates.html.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal, get_decimal_symbol

from shared.languages.current import current_locale
from shared.languages.messages import pgettext


def number_text(value: Decimal) -> str:
    """A number without empty decimals and without groups of thousands: `5`, `2.5`, in Spanish `2,5`."""
    return with_decimal_sign(f"{value.normalize():f}")


def decimal_text(value: Decimal, *, decimals: int) -> str:
    """A number with so many decimals: `72.50`, in Spanish `72,50`."""
    return str(format_decimal(value, format=f"0.{'0' * decimals}", locale=current_locale()))


def percent_text(share: Decimal | float) -> str:
    """`50%`, in Spanish `50 %` with a space that does not break."""
    return pgettext("a share", "{percent}%").format(percent=f"{share * 100:.0f}")


def with_decimal_sign(number: str) -> str:
    """A number as it was written, with a point, but with the decimal sign of the language: `500.00`, in Spanish `500,00`."""
    return number.replace(".", get_decimal_symbol(current_locale()))


def with_decimal_point(typed: str) -> str:
    """A number that somebody typed in their language, as files have it: `1.5` for `1,5` in Spanish. Any other text stays."""
    whole, _, places = typed.partition(get_decimal_symbol(current_locale()))
    return f"{whole}.{places}" if whole.isdecimal() and places.isdecimal() else typed


def weekday_names(*, is_short: bool = False) -> Sequence[str]:
    """Monday first: `Monday` or `Mon`."""
    names = get_day_names("abbreviated" if is_short else "wide", "stand-alone", current_locale())
    return [names[weekday] for weekday in sorted(names)]


def weekday_name(day: date) -> str:
    """`Monday`, in Spanish `lunes`."""
    return format_date(day, "EEEE", locale=current_locale())


def short_weekday_name(day: date) -> str:
    """`Mon`, in Spanish `lun`."""
    return format_date(day, "EEE", locale=current_locale())


def day_and_month_text(day: date) -> str:
    """`Monday 9 March`, in Spanish `lunes 9 de marzo`."""
    return format_date(day, pgettext("date pattern", "EEEE d MMMM"), locale=current_locale())


def full_date_text(day: date) -> str:
    """`Monday 9 March 2026`."""
    return format_date(day, pgettext("date pattern", "EEEE d MMMM y"), locale=current_locale())


def short_date_text(day: date) -> str:
    """`9 March`."""
    return format_date(day, pgettext("date pattern", "d MMMM"), locale=current_locale())
