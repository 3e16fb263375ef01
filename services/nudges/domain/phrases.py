"""Phrases for messages: days as people say them, numbers, names, and which of several wordings to use."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.history import PLAN_DONE_SCORE, planned_behaviours
from shared.events import BehaviourResult, DayReport

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NUMBER_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NEAR_DAYS: Final = {1: "yesterday", 0: "today", -1: "tomorrow"}
_AFTER_THE_NOUN: Final = frozenset({"a", "an", "at", "by", "for", "from", "in", "of", "over", "per", "this", "to", "with"})
_ENDINGS_WITH_ES: Final = ("ches", "shes", "sses", "xes", "zes")
_NAME_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "mba"})
_NAME_PARTICLES: Final = frozenset(
    (
        "al",
        "bin",
        "da",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
    )
)
"""With such a word a last name begins, if it is in small letters."""
_WEEK_DAYS: Final = 7
_RUN_MIN: Final = 3


def choose_wording(count: int, *, seed: str, used: Collection[int]) -> int | None:
    """The number of one of `count` wordings: always the same for the same seed, and none that was used lately. None when all
    were."""
    unused = [index for index in range(count) if index not in used]
    if not unused:
        return None
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return unused[number % len(unused)]


def day_name(day: date, *, today: date) -> str:
    """`today`, `yesterday`, `tomorrow`, `Tuesday` within a week, otherwise `Tuesday 3 March`."""
    ago = (today - day).days
    if ago in _NEAR_DAYS:
        return _NEAR_DAYS[ago]
    return WEEKDAYS[day.weekday()] if 0 < ago < _WEEK_DAYS else long_date(day, today=today)


def day_phrase(day: date, *, today: date) -> str:
    """A day within a sentence: `today`, `yesterday`, `on Tuesday`, `on Tuesday 3 March`."""
    name = day_name(day, today=today)
    return name if name in _NEAR_DAYS.values() else f"on {name}"


def long_date(day: date, *, today: date) -> str:
    """`Monday 9 March`, with the year if it is another one."""
    return day_and_month(day) if day.year == today.year else f"{day_and_month(day)} {day.year}"


def day_and_month(day: date) -> str:
    """`Monday 9 March`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def clock_time(instant: datetime, timezone: str) -> str:
    """A time on the person's own clock: `13:15`."""
    return instant.astimezone(ZoneInfo(timezone)).strftime("%H:%M")


def natural_name(full_name: str) -> str:
    """A name as it is said: `Eva van der Berg` for `van der Berg, Eva`, `Bob Hill` for `Bob Hill, Jr.` It is one line."""
    last, comma, first = (" ".join(part.split()) for part in full_name.partition(","))
    if not comma or not first or first.rstrip(".").lower() in _NAME_SUFFIXES:
        return last
    return f"{first} {last}"


def first_name(full_name: str) -> str:
    """What to call a person: `Eva` for `van der Berg, Eva`, `J` for `J. Hill`. A last name alone, such as `van der Berg`, stays
    whole."""
    name = natural_name(full_name)
    first = name.split(" ", 1)[0]
    return name if first in _NAME_PARTICLES else first.rstrip(".")


def short_name(full_name: str, among: Collection[str]) -> str:
    """What to call one of these people in a message to somebody else: the first name; if another one has it too, with the
    initial of the last name; if that does not tell them apart either, the full name."""
    for form in (first_name, _name_with_initial):
        if [form(name) for name in among].count(form(full_name)) <= 1:
            return form(full_name)
    return natural_name(full_name)


def _name_with_initial(full_name: str) -> str:
    """`Ana R.` for `Ana María Ruiz`."""
    name, first = natural_name(full_name), first_name(full_name)
    _, space, last = name.rpartition(" ")
    return f"{first} {last[:1].upper()}." if space and first != name else first


def possessive(name: str) -> str:
    """`Ana's`, `Jess's`, `yesterday's`."""
    return f"{name}'s"


def sentence(text: str) -> str:
    """A sentence with its full stop, which the initial of a name may be already: `Away: Ana R.`"""
    return capitalized(text if text.endswith(".") else f"{text}.")


def count_phrase(count: int, singular: str, plural: str | None = None) -> str:
    """`one missed day`, `two missed days`, `12 missed days`, `three people`."""
    number_text = _NUMBER_WORDS[count] if 0 <= count < len(_NUMBER_WORDS) else str(count)
    return f"{number_text} {singular if count == 1 else plural or singular + 's'}"


def joined(parts: Sequence[str]) -> str:
    """`calls, meetings and proposals`."""
    return "".join(parts) if len(parts) <= 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def joined_some(names: Sequence[str], *, names_max: int) -> str:
    """As `joined`; of more names only the first: `Ana, Ben and three others`."""
    more = len(names) - names_max
    return joined(names) if more <= 0 else joined([*names[:names_max], count_phrase(more, "other")])


def weekdays_phrase(weekdays: Sequence[int]) -> str:
    """Weekdays in order, Monday as 0: `Tuesdays to Thursdays`, `on Mondays and Fridays`."""
    if len(weekdays) >= _RUN_MIN and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return f"{WEEKDAYS[weekdays[0]]}s to {WEEKDAYS[weekdays[-1]]}s"
    return f"on {joined([f'{WEEKDAYS[weekday]}s' for weekday in weekdays])}"


def lowered(label: str) -> str:
    """A label within a sentence: `calls` for `Calls`. Names and abbreviations keep their capitals: `LinkedIn`, `CRM`."""
    first_word = label.partition(" ")[0]
    return label if any(letter.isupper() for letter in first_word[1:]) else label[:1].lower() + label[1:]


def noun(label: str, count: Decimal | int) -> str:
    """A label after a number, within a sentence: `meetings booked`, but `meeting booked` after 1."""
    return lowered(label) if count != 1 else lowered(_singular(label))


def counted(count: Decimal | int, label: str) -> str:
    """`2 meetings`, `1 meeting`, `0.5 meetings`, `no meetings`."""
    return f"{number(Decimal(count)) if count else 'no'} {noun(label, count)}"


def capitalized(text: str) -> str:
    """A phrase at the start of a sentence."""
    return text[:1].upper() + text[1:]


def number(value: Decimal) -> str:
    """A number without empty decimals: `5`, `2.5`."""
    return f"{value.normalize():f}"


def whole_score(score: Decimal) -> str:
    """A score without decimals: `88`. One below 100 is never shown as 100, since it is not."""
    return f"{min(score, Decimal(99)) if Decimal(99) < score < PLAN_DONE_SCORE else score:.0f}"


def targets(report: DayReport) -> str:
    """What the day asks for: `12 conversations and 2 proposals`; empty for nothing."""
    return joined([counted(behaviour.target, behaviour.label) for behaviour in planned_behaviours(report)])


def breakdown(report: DayReport) -> str:
    """Counts against targets: `12 conversations (10 planned) and 2 of 2 proposals`."""
    return joined([_progress(behaviour) for behaviour in planned_behaviours(report)])


def met_targets(report: DayReport) -> str:
    """As `breakdown`, of the behaviours that reached their targets."""
    return joined([_progress(behaviour) for behaviour in planned_behaviours(report) if behaviour.count >= behaviour.target])


def below_target(report: DayReport, *, is_today: bool) -> str:
    """The behaviours that are below their targets: `Still below target: 1 of 3 meetings.`"""
    below = joined([_progress(behaviour) for behaviour in planned_behaviours(report) if behaviour.count < behaviour.target])
    return f"{'Still below' if is_today else 'Below'} target: {below}."


def _progress(behaviour: BehaviourResult) -> str:
    count, target, label = behaviour.count, behaviour.target, behaviour.label
    if count > target:
        return f"{counted(count, label)} ({number(target)} planned)"
    return f"{count} of {counted(target, label)}"


def _singular(label: str) -> str:
    """`Meeting booked` for `Meetings booked`: the last English plural before a word like `of` or `this` is the noun."""
    words = label.split(" ")
    end = next((index for index, text in enumerate(words) if text in _AFTER_THE_NOUN), len(words))
    nouns = [index for index, text in enumerate(words[:end]) if text.endswith("s") and not text.endswith(("ss", "us", "is"))]
    if nouns:
        words[nouns[-1]] = _singular_word(words[nouns[-1]])
    return " ".join(words)


def _singular_word(plural: str) -> str:
    if plural.endswith("ies"):
        return f"{plural[:-3]}y"
    return plural[:-2] if plural.endswith(_ENDINGS_WITH_ES) else plural[:-1]


def score_text(report: DayReport) -> str:
    """The score as a whole number."""
    return whole_score(report.score) if report.score is not None else "none"
