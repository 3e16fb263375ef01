"""Amounts of money and durations as senders write them."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from shared.fact_values import FactValue

_MAGNITUDE_MAX: Final = 30
"""An amount of more digits is not an amount. Written out, its zeros could fill the memory."""
_FRACTION_DIGITS_MAX: Final = 6
"""Further digits come from binary fractions: the amount is then rounded to hundredths."""
_HUNDREDTH: Final = Decimal("0.01")
_CURRENCY: Final = r"(?:[A-Z]{3}|[A-Z]{0,2}\$|[£¥\u20a0-\u20cf]|kr)"
"""A code or a symbol. Other letters may change the amount: `20k` is not 20."""
_WITH_CURRENCY: Final = re.compile(
    rf"\A([+-]?)(?:{_CURRENCY}[ \u00a0\u202f]?)?([+-]?[0-9][0-9.,' \u00a0\u202f]*)(?:-{{1,2}} ?)?(?:{_CURRENCY})?\Z"
)
_THOUSANDS: Final = re.compile(r"\A[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}(\1[0-9]{3})*\Z")
_SPACES: Final = str.maketrans("", "", "' \u00a0\u202f")
_DURATION: Final = re.compile(r"\A([0-9]{1,12}(?:\.[0-9]{1,9})?) ?([a-z]+)\Z")
_UNITS_S: Final = {
    unit: seconds
    for seconds, units in {
        0.001: ("ms", "msec", "milliseconds"),
        1: ("s", "sec", "secs", "second", "seconds"),
        60: ("m", "min", "mins", "minute", "minutes"),
        3_600: ("h", "hr", "hrs", "hour", "hours"),
    }.items()
    for unit in units
}
_CLOCK_PARTS: Final = (2, 3)
_DIGITS_MAX: Final = 16
_MINUTE_S: Final = 60


def to_decimal_text(value: object, *, units_per_major: int = 1) -> FactValue:
    """An amount of money as exact decimal text; None if there is none. `units_per_major` is 100 if the value is in cents.

    Read are numbers and how people write them: `$1,500.00`, `1.234,50`. Anything else is returned unchanged, so that the check
    of the fact refuses it by name.
    """
    if value is None or value == "":
        return None
    try:
        amount = Decimal(_plain_number(str(value).strip())) / units_per_major
    except ArithmeticError:
        return str(value)
    if not amount.is_finite() or abs(amount.adjusted()) >= _MAGNITUDE_MAX:
        return str(value)
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _FRACTION_DIGITS_MAX:
        amount = amount.quantize(_HUNDREDTH, ROUND_HALF_EVEN)
    return format(amount, "f")


def _plain_number(text: str) -> str:
    """The number in a text, with a point before the fraction and nothing else in it."""
    match = _WITH_CURRENCY.match(text)
    if match is None:
        return text
    number = match[1] + match[2].translate(_SPACES)
    if "." in number and "," in number:
        fraction_mark = max(".", ",", key=number.rindex)
        return number.replace("," if fraction_mark == "." else ".", "").replace(fraction_mark, ".")
    thousands = _THOUSANDS.match(number)
    if thousands and (thousands[1] == "," or thousands[2]):  # "1.234" is a number with three decimals, as JSON writes it
        return number.replace(thousands[1], "")
    return number.replace(",", ".")


def read_currency(value: object) -> FactValue:
    """A currency as its code in capitals; None if there is none."""
    return value.strip().upper() or None if isinstance(value, str) else None


def read_duration_s(value: object, *, unit_s: float = 1) -> FactValue:
    """A duration in seconds; None if there is none. `unit_s` is 60 if a plain number counts minutes.

    Read are numbers, `182 sec`, `mm:ss` and `h:mm:ss`. Anything else is returned unchanged, so that the check of the fact
    refuses it by name.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    text = str(value).strip()
    try:
        return (value if isinstance(value, int | float) else float(text)) * unit_s
    except (ValueError, OverflowError):
        with_unit = _DURATION.match(text.lower())
    if with_unit and with_unit[2] in _UNITS_S:
        return float(with_unit[1]) * _UNITS_S[with_unit[2]]
    return read_clock_duration(text)


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
