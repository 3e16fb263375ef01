"""Fields of definition files that need more than a type: how they are written, and the message when they are not."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import time
from decimal import Decimal
from functools import cache
from typing import Annotated, Final, TypeVar
from zoneinfo import available_timezones

import holidays
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.scoring.domain.definition_files.yaml_document import Document, Mistake, Path, dotted
from shared.languages.messages import gettext

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CONTROLS: Final = frozenset({"Cc", "Cs"})
"""Categories of Unicode: control characters, and halves of pairs, which no message can carry."""

EntryType = TypeVar("EntryType")


def _check_timezone(name: str) -> str:
    if name not in _timezones():
        raise ValueError(gettext("no such time zone; write an IANA name such as Europe/Madrid"))
    return name


def read_weekdays(names: object) -> frozenset[int]:
    """A list of weekday names as numbers, Monday 0."""
    if not isinstance(names, list) or not set(names) <= set(WEEKDAYS):
        raise ValueError(gettext("must be a list of mon, tue, wed, thu, fri, sat, sun"))
    return frozenset(WEEKDAYS.index(name) for name in names)


def read_hours(text: object) -> tuple[time, time]:
    """`09:00-17:30` as two times."""
    try:
        starts, ends = (time.fromisoformat(part) for part in str(text).split("-"))
    except ValueError:
        raise ValueError(gettext('must be written as "09:00-17:30"')) from None
    if starts >= ends:
        raise ValueError(gettext("must end later than it starts, on the same day"))
    return starts, ends


def find_unknown_region(country: str | None, subdivision: str | None) -> tuple[str, str] | None:
    """The key and the problem, if the country or its subdivision does not exist."""
    supported = holidays.list_supported_countries()
    if country is not None and country not in supported:
        problem = gettext("country {country} is not known; write two letters such as ES")
        return "country", problem.format(country=country)
    short = short_subdivision(country, subdivision)
    if short is not None and short not in supported.get(country or "", []):
        problem = gettext("subdivision {subdivision} is not known in {country}; write one such as ES-MD")
        return "subdivision", problem.format(subdivision=subdivision, country=country or gettext("no country"))
    return None


def short_subdivision(country: str | None, subdivision: str | None) -> str | None:
    """`MD` for `ES-MD`."""
    return subdivision.removeprefix(f"{country}-") if subdivision else None


def read_targets(target: object) -> tuple[Decimal, ...]:
    """Seven numbers from one number for every day, or from numbers by weekday. A weekday that is left out has the target 0."""
    per_day = target if isinstance(target, dict) else dict.fromkeys(WEEKDAYS, target)
    if not set(per_day) <= set(WEEKDAYS):
        raise ValueError(gettext("a target by weekday uses the keys mon, tue, wed, thu, fri, sat, sun"))
    try:
        numbers = tuple(Decimal(str(per_day.get(name, 0))) for name in WEEKDAYS)
    except ArithmeticError:
        raise ValueError(gettext("must be a number, or a number by weekday")) from None
    if any(not number.is_finite() or number < 0 for number in numbers):
        raise ValueError(gettext("must not be negative"))
    return numbers


def read_text_line(text: object) -> object:
    """What somebody wrote, on one line and without control characters. What is no text is left to the next check."""
    if not isinstance(text, str):
        return text
    visible = (character for character in text if character.isspace() or unicodedata.category(character) not in _CONTROLS)
    return " ".join("".join(visible).split())


def require_some(entries: tuple[EntryType, ...]) -> tuple[EntryType, ...]:
    """Refuse an empty list. Pydantic's `min_length` would also call a list too short whose only entry has a mistake."""
    if not entries:
        raise ValueError(gettext("must hold at least 1"))
    return entries


SLUG: Final = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
"""The form of an id: `Annotated[RepId, SLUG]`."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Timezone = Annotated[str, AfterValidator(_check_timezone)]


class Entry(BaseModel):
    """A mapping in a definition file. An unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


def known_keys(*entries: type[BaseModel]) -> frozenset[str]:
    """Every key of these mappings, as authors write it."""
    return frozenset(field.alias or name for entry in entries for name, field in entry.model_fields.items())


def find_duplicates(names: Iterable[tuple[Path, object]], document: Document) -> Iterator[Mistake]:
    """A mistake for each name that occurs earlier in the document."""
    first_paths: dict[object, Path] = {}
    for path, name in names:
        if name in first_paths:
            line = document.line_of(first_paths[name])
            problem = gettext("already used in line {line}; use it once").format(line=line)
            yield Mistake(line=document.line_of(path), key=dotted(path), problem=problem)
        first_paths.setdefault(name, path)


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())
