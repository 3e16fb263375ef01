"""The fields of definition files that need more than a type: how they are written, and what is said when they are not."""

from collections.abc import Iterable, Iterator
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

import holidays
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.scoring.domain.definition_files.yaml_document import Document, Mistake, Path, dotted

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZONES: Final = frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _ZONES:
        raise ValueError("no such time zone; write an IANA name such as Europe/Madrid")
    return name


def read_weekdays(names: Any) -> frozenset[int]:
    """A list of weekday names as numbers, Monday 0."""
    if not isinstance(names, list) or not set(names) <= set(WEEKDAYS):
        raise ValueError("must be a list of mon, tue, wed, thu, fri, sat, sun")
    return frozenset(WEEKDAYS.index(name) for name in names)


def read_hours(text: Any) -> tuple[time, time]:
    """`09:00-17:30` as two times."""
    try:
        starts, ends = (time.fromisoformat(part) for part in str(text).split("-"))
    except ValueError:
        raise ValueError('must be written as "09:00-17:30"') from None
    if starts >= ends:
        raise ValueError("must end later than it starts, on the same day")
    return starts, ends


def unknown_place(country: str | None, subdivision: str | None) -> tuple[str, str] | None:
    """The key and what is wrong with it, where there is no such country, or no such part of it."""
    supported = holidays.list_supported_countries()
    if country is not None and country not in supported:
        return "country", f"country {country} is not known; write two letters such as ES"
    short = short_subdivision(country, subdivision)
    if short is not None and short not in supported.get(country or "", []):
        return "subdivision", f"subdivision {subdivision} is not known in {country or 'no country'}; write one such as ES-MD"
    return None


def short_subdivision(country: str | None, subdivision: str | None) -> str | None:
    """`MD` of `ES-MD`."""
    return subdivision.removeprefix(f"{country}-") if subdivision else None


def read_targets(given: Any) -> tuple[Decimal, ...]:
    """One number for every day, or one by weekday, as seven numbers; a weekday that is left out asks for nothing."""
    per_day = given if isinstance(given, dict) else dict.fromkeys(WEEKDAYS, given)
    if not set(per_day) <= set(WEEKDAYS):
        raise ValueError("a target by weekday uses the keys mon, tue, wed, thu, fri, sat, sun")
    try:
        numbers = tuple(Decimal(str(per_day.get(name, 0))) for name in WEEKDAYS)
    except ArithmeticError:
        raise ValueError("must be a number, or a number by weekday") from None
    if any(not number.is_finite() or number < 0 for number in numbers):
        raise ValueError("must not be negative")
    return numbers


Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Zone = Annotated[str, AfterValidator(_zone)]


class Entry(BaseModel):
    """A mapping of a definition file; a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def known_keys(*entries: type[BaseModel]) -> frozenset[str]:
    """Every key that these may hold, as authors write them."""
    return frozenset(field.alias or name for entry in entries for name, field in entry.model_fields.items())


def repeated(named: Iterable[tuple[Path, object]], document: Document) -> Iterator[Mistake]:
    """A mistake for each name that was used before."""
    first: dict[object, Path] = {}
    for path, name in named:
        if name in first:
            line = document.line_of(first[name])
            yield Mistake(
                line=document.line_of(path), key=dotted(path), problem=f"used before, in line {line}; each may be once"
            )
        first.setdefault(name, path)
