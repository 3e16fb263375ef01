"""The values of facts: what a CRM may send, and its normal form.

Times become RFC 3339 text in UTC, amounts are exact decimal text, durations are seconds. A refusal never repeats the value.
"""

import re
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from shared.errors import DaymarkError

JsonScalar = str | int | float | bool
FactValue = JsonScalar | None
"""A fact in an observation: a plain JSON value. None: the fact is withdrawn."""

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
TEXT_LENGTH_MAX: Final = 1_024
DURATION_S_MAX: Final = 31 * 86_400
DIRECTIONS: Final = frozenset({"inbound", "outbound"})
ACTIVITY_KINDS: Final = frozenset(
    {
        "call", "email", "meeting", "meeting_booked", "demo", "message", "task", "note", "proposal_sent", "proposal_accepted",
        "lead_handled", "contact_created", "deal_created", "deal_stage_changed", "deal_won", "deal_lost",
    }
)  # fmt: skip
"""Our kinds of activities. A source maps those of its sender to them."""
OUTCOMES: Final = frozenset(
    {
        "abandoned", "bounced", "busy", "canceled", "completed", "connected", "failed", "held",
        "left_message", "left_voicemail", "no_answer", "no_show", "open", "other", "rescheduled", "scheduled", "sending",
        "sent", "wrong_number",
    }
)  # fmt: skip
"""How anything can end, in our words. A word of the CRM that means none of them is `other`."""

_INTEGER_MAX: Final = 2**53
_CURRENCY: Final = re.compile(r"\A[A-Z]{3}\Z")
_AMOUNT: Final = re.compile(r"\A-?[0-9]{1,15}(\.[0-9]{1,6})?\Z")


class FactRefused(DaymarkError):
    """The value makes no sense as this fact. Correct it at its sender and send it again."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def check_any(value: object) -> FactValue:
    """Any JSON scalar, as it is."""
    if isinstance(value, str):
        return check_text(value) if value else value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) <= _INTEGER_MAX:  # neither infinity nor NaN is
        return value
    raise FactRefused("must be text, a finite number of at most 2^53, true, false or null")


def check_text(value: object) -> str:
    """Text of 1 to 1,024 characters without NUL."""
    if not isinstance(value, str) or not value:
        raise FactRefused("must be text and not empty")
    if len(value) > TEXT_LENGTH_MAX:
        raise FactRefused(f"longer than {TEXT_LENGTH_MAX} characters")
    if "\x00" in value:
        raise FactRefused("holds a NUL character")
    return value


def check_time(value: object) -> str:
    """A time as text in UTC."""
    return utc_text(read_time(value))


def check_date(value: object) -> str:
    """A date as text, such as `2026-01-12`, from 1990 to 2199."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value or not EARLIEST.date() <= day < LATEST.date():
        raise FactRefused("must be a date as text, such as 2026-01-12")
    return day.isoformat()


def check_duration_s(value: object) -> float:
    """A number of seconds, at most 31 days."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= DURATION_S_MAX:
        raise FactRefused(f"must be a number of seconds from 0 to {DURATION_S_MAX}")
    return value


def check_direction(value: object) -> str:
    """One of `DIRECTIONS`."""
    if not isinstance(value, str) or value not in DIRECTIONS:
        raise FactRefused("must be inbound or outbound")
    return value


def check_amount(value: object) -> str:
    """An exact decimal as text: up to 15 digits, and up to 6 after the point."""
    if not isinstance(value, str) or not _AMOUNT.match(value):
        raise FactRefused('must be an exact decimal as text, such as "20000.00"')
    return value


def check_currency(value: object) -> str:
    """An ISO 4217 code."""
    if not isinstance(value, str) or not _CURRENCY.match(value):
        raise FactRefused("must be a three-letter code such as EUR")
    return value


def read_time(value: object) -> datetime:
    """A time from RFC 3339 text with an offset, from 1990 to 2199.

    Raises:
        FactRefused: the value is no such text.
    """
    if not isinstance(value, str):
        raise FactRefused("must be a time as text, such as 2026-01-12T09:00:00+01:00")
    try:
        instant = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        raise FactRefused("not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00") from None
    if instant.tzinfo is None:
        raise FactRefused("has no offset from UTC; write one, such as +01:00 or Z")
    if not is_in_range(instant):
        raise FactRefused(f"lies outside the years {EARLIEST.year} to {LATEST.year - 1}")
    return instant


def is_in_range(instant: datetime) -> bool:
    """Whether the time lies in the years that are accepted."""
    return EARLIEST <= instant < LATEST


def utc_text(instant: datetime, *, comparable: bool = False) -> str:
    """As `instant.astimezone(UTC).isoformat()`, by msgspec, which takes a quarter of the time.

    With `comparable` the microseconds are always written, so that times compare as their texts do.
    """
    written: str = msgspec.to_builtins(instant.astimezone(UTC))
    return written[:-1] + (".000000+00:00" if comparable and not instant.microsecond else "+00:00")
