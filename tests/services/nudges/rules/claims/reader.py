"""Reads a text by forms of claims. What sounds like a claim and has no form is reported as unread."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

_COUNT_NAMES: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)

NUMBER: Final = r"(?:\d+(?:\.\d+)?)"
COUNT: Final = rf"(?:\d+|{'|'.join(_COUNT_NAMES)})"
LONG_DATE: Final = rf"(?:(?:{'|'.join(_WEEKDAYS)}) \d\d? (?:{'|'.join(_MONTHS)})(?: \d{{4}})?)"
DAY: Final = rf"(?:[Tt]oday|[Yy]esterday|(?:[Oo]n )?(?:{LONG_DATE}|{'|'.join(_WEEKDAYS)}))"
NAME: Final = "\N{BLACK SQUARE}"
"""Stands for the name of whoever a text is about, and for what has been read."""
_SOUNDS_LIKE_A_CLAIM: Final = re.compile(
    r"""\d+|\b(?:
    no|none|nobody|never|not|zero|one|two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|half|twice|double|
    all|always|any|anyone|both|each|every\w*|entire|full\w*|whole|only|ever|
    more|most|less|least|fewer|better|best|highest|higher|lowest|lower|above|below|beyond|record|records|top|
    first|last|second|third|since|again|back|still|
    plans?|planned|targets?|goals?|scores?|scored|points?|steps?|done|met|reached|hit|finished|completed|
    streaks?|row|running|straight|consecutive|consistent|missed|misses|comeback|recovery|recovered|turned|
    days?|weeks?|months?|quarters?|years?|today|yesterday|team|reps?|away
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)


class Claim(NamedTuple):
    """A part of a text that claims something, and whether it is true."""

    text: str
    is_true: bool


class Form(NamedTuple):
    """How something is claimed, as a pattern, and the check of a match."""

    pattern: str
    holds: Callable[[re.Match[str]], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The claims of a text, and what of it sounds like a claim but has no form."""

    claims: Sequence[Claim]
    unread: Sequence[str]

    @property
    def faults(self) -> list[str]:
        """False claims, and what nobody could read."""
        return [f"false: {claim.text}" for claim in self.claims if not claim.is_true] + [
            f"unread: {part}" for part in self.unread
        ]


def read(text: str, forms: Iterable[Form], *, neutral: Iterable[str] = ()) -> Reading:
    """Read a text by these forms, the first ones first. What a form has read is not read again. `neutral` are patterns that
    claim nothing although they sound like it."""
    claims = list[Claim]()
    for form in forms:
        matches = list(re.finditer(form.pattern, text))
        claims += [Claim(match[0], form.holds(match)) for match in matches]
        text = re.sub(form.pattern, NAME, text) if matches else text
    for pattern in neutral:
        text = re.sub(pattern, NAME, text)
    return Reading(claims=claims, unread=_SOUNDS_LIKE_A_CLAIM.findall(text))


def one_of(texts: Iterable[str]) -> str:
    """A pattern of any of these texts, the longest first."""
    return f"(?:{'|'.join(re.escape(text) for text in sorted(texts, key=len, reverse=True))})"


def count_in(text: str) -> int:
    """`two`, `no`, `12`."""
    return _COUNT_NAMES.index(text.lower()) if text.lower() in _COUNT_NAMES else int(text)


def date_in(text: str, *, today: date) -> date:
    """The day that a phrase means when it is read on a day: `today`, `on Tuesday`, `Monday 9 March 2026`."""
    name = re.sub(r"^on ", "", text, flags=re.IGNORECASE)
    if name.lower() in ("today", "yesterday"):
        return today - timedelta(days=name.lower() == "yesterday")
    weekday, *rest = name.split(" ")
    if not rest:
        return last_weekday(_WEEKDAYS.index(weekday), today=today)
    year = int(rest[2]) if len(rest) > 2 else today.year
    day = date(year, _MONTHS.index(rest[1]) + 1, int(rest[0]))
    assert _WEEKDAYS[day.weekday()] == weekday, text
    return day


def last_weekday(weekday: int, *, today: date) -> date:
    """The newest such weekday before a day."""
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def is_week(phrase: str, monday: date, *, today: date) -> bool:
    """`this week`, `last week`, `in the week of Monday 2 March`."""
    this_monday = today - timedelta(days=today.weekday())
    if phrase in ("this week", "last week"):
        return monday == this_monday - timedelta(days=7 * (phrase == "last week"))
    return monday == date_in(phrase.removeprefix("in the week of "), today=today)
