"""Phrases for messages: days as people say them, numbers, names, and which of several wordings to use."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.history import PLAN_DONE_SCORE, planned_behaviours
from shared.events import BehaviourResult, DayReport
from shared.languages import grammar
from shared.languages.formats import day_and_month_text, full_date_text, number_text, weekday_name
from shared.languages.grammar import filled
from shared.languages.messages import gettext, ngettext, pgettext

_NEAR_DAYS: Final = frozenset({1, 0, -1})
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
        return _near_day(ago)
    return weekday_name(day) if 0 < ago < _WEEK_DAYS else long_date(day, today=today)


def day_phrase(day: date, *, today: date) -> str:
    """When something was, within a sentence: `today`, `yesterday`, `on Tuesday`, `on Tuesday 3 March`."""
    name = day_name(day, today=today)
    return name if (today - day).days in _NEAR_DAYS else filled(gettext("on {day}"), day=name)


def day_noun(day: date, *, today: date) -> str:
    """A day after `since` or `for`: `today`, `Tuesday`; in Spanish with its article, `el martes`."""
    name = day_name(day, today=today)
    return name if (today - day).days in _NEAR_DAYS else filled(pgettext("after since, from or for", "{day}"), day=name)


def _near_day(ago: int) -> str:
    return {1: gettext("yesterday"), 0: gettext("today"), -1: gettext("tomorrow")}[ago]


def long_date(day: date, *, today: date) -> str:
    """`Monday 9 March`, with the year if it is another one."""
    return day_and_month(day) if day.year == today.year else full_date_text(day)


def day_and_month(day: date) -> str:
    """`Monday 9 March`."""
    return day_and_month_text(day)


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
    """`one missed day`, `two missed days`, `12 missed days`, `three people`. A noun that is not among the translated ones stays
    as it is."""
    text = _translated_nouns(count).get(singular)
    if text is None:
        text = f"{{count}} {singular if count == 1 else plural or singular + 's'}"
    numbers = _number_texts()
    return filled(text, count=numbers[count] if 0 <= count < len(numbers) else str(count))


def _translated_nouns(count: int) -> Mapping[str, str]:
    return {
        "day": ngettext("{count} day", "{count} days", count),
        "day of leave": ngettext("{count} day of leave", "{count} days of leave", count),
        "holiday": ngettext("{count} holiday", "{count} holidays", count),
        "missed day": ngettext("{count} missed day", "{count} missed days", count),
        "other": ngettext("{count} other", "{count} others", count),
        "record": ngettext("{count} record", "{count} records", count),
        "rep": ngettext("{count} rep", "{count} reps", count),
        "slow day": ngettext("{count} slow day", "{count} slow days", count),
        "week": ngettext("{count} week", "{count} weeks", count),
        "worked day": ngettext("{count} worked day", "{count} worked days", count),
        "working day": ngettext("{count} working day", "{count} working days", count),
    }


def _number_texts() -> Sequence[str]:
    return (
        pgettext("a number before a noun", "no"),
        pgettext("a number before a noun", "one"),
        pgettext("a number before a noun", "two"),
        pgettext("a number before a noun", "three"),
        pgettext("a number before a noun", "four"),
        pgettext("a number before a noun", "five"),
        pgettext("a number before a noun", "six"),
        pgettext("a number before a noun", "seven"),
        pgettext("a number before a noun", "eight"),
        pgettext("a number before a noun", "nine"),
    )


def joined(parts: Sequence[str]) -> str:
    """`calls, meetings and proposals`."""
    return grammar.joined(parts)


def joined_some(names: Sequence[str], *, names_max: int) -> str:
    """As `joined`; of more names only the first: `Ana, Ben and three others`."""
    more = len(names) - names_max
    return joined(names) if more <= 0 else joined([*names[:names_max], count_phrase(more, "other")])


def weekdays_phrase(weekdays: Sequence[int]) -> str:
    """Weekdays in order, Monday as 0: `Tuesdays to Thursdays`, `on Mondays and Fridays`."""
    names = _weekdays_in_plural()
    if len(weekdays) >= _RUN_MIN and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return gettext("{first_weekday} to {last_weekday}").format(
            first_weekday=names[weekdays[0]], last_weekday=names[weekdays[-1]]
        )
    return gettext("on {weekdays}").format(weekdays=joined([names[weekday] for weekday in weekdays]))


def _weekdays_in_plural() -> Sequence[str]:
    return (
        gettext("Mondays"),
        gettext("Tuesdays"),
        gettext("Wednesdays"),
        gettext("Thursdays"),
        gettext("Fridays"),
        gettext("Saturdays"),
        gettext("Sundays"),
    )


def lowered(label: str) -> str:
    """A label within a sentence: `calls` for `Calls`. Names and abbreviations keep their capitals: `LinkedIn`, `CRM`."""
    first = label.partition(" ")[0]
    return label if any(letter.isupper() for letter in first[1:]) else label[:1].lower() + label[1:]


def noun(label: str, count: Decimal | int) -> str:
    """A label after a number, within a sentence: `meetings booked`, but `meeting booked` after 1."""
    return lowered(label) if count != 1 else lowered(grammar.singular(label))


def counted(count: Decimal | int, label: str) -> str:
    """`2 meetings`, `1 meeting`, `0.5 meetings`, `no meetings`."""
    if not count:
        return gettext("no {things}").format(things=noun(label, count))
    return f"{number(Decimal(count))} {noun(label, count)}"


def capitalized(text: str) -> str:
    """A phrase at the start of a sentence."""
    return text[:1].upper() + text[1:]


def number(value: Decimal) -> str:
    """A number without empty decimals: `5`, `2.5`; in Spanish `2,5`."""
    return number_text(value)


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
    return filled(gettext("Still below target: {below}.") if is_today else gettext("Below target: {below}."), below=below)


def _progress(behaviour: BehaviourResult) -> str:
    count, target, label = behaviour.count, behaviour.target, behaviour.label
    if count > target:
        return filled(gettext("{done} ({target} planned)"), done=counted(count, label), target=number(target))
    return filled(gettext("{count} of {target}"), count=count, target=counted(target, label))


def score_text(report: DayReport) -> str:
    """The score as a whole number."""
    return whole_score(report.score) if report.score is not None else pgettext("score", "none")
