"""Changes of one person of a roster file: absences, the last day, and by which calendar a rep works."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from pydantic import TypeAdapter

from services.scoring.domain.definition_files.roster_edits import PEOPLE_KEYS, Listed, list_in, people_in
from services.scoring.domain.definition_files.yaml_document import Path
from services.scoring.domain.definition_files.yaml_edits import Value, append_entry, remove, set_value
from shared.errors import Refusal
from shared.events import PersonId, RepId

_WHOLE: Final = "1"
_DATE: Final = TypeAdapter(date)


class AbsenceGone(Refusal):
    """The roster no longer has this absence: somebody else has removed it meanwhile. Nothing has changed."""


class ChangedMeanwhile(Refusal):
    """Somebody else has changed this in the meantime, so your change was not saved. The page shows what holds now;
    make your change again if it is still right."""


class LastDayTooEarly(Refusal):
    """This last day is before the person's first day in the roster. Choose a later day."""


class CalendarHasChanges(Refusal):
    """The roster has dated changes for this rep, so a correction from the start has to be made in the roster
    file. Enter a date to change the calendar from then on."""


class LaterChangeExists(Refusal):
    """The roster already has a change for this rep from that day on. Choose that day to edit that change, or a later day."""


class CountryRemains(Refusal):
    """With a date, a country can be replaced but not removed. Enter the new country, or leave the date empty if
    the country was wrong from the start."""


def with_absence(text: str, rep_id: RepId, *, first: date, last: date, part: Decimal) -> str | None:
    """The file with one more absence of the rep; None if it has no such rep. One that the rep has already changes nothing."""
    for path, rep in people_in(text, ("reps",)):
        if rep["id"] == rep_id:
            if _find_absence(rep, first, last, part) is not None:
                return text
            entry = {"from": first.isoformat(), "until": last.isoformat()}
            return append_entry(text, (*path, "absences"), entry if part == 1 else entry | {"part": f"{part.normalize():f}"})
    return None


def without_absence(text: str, rep_id: RepId, *, first: date, last: date, part: Decimal) -> str | None:
    """The file without an absence of the rep; None if it has no such rep.

    Raises:
        AbsenceGone: the rep has no such absence.
    """
    for path, rep in people_in(text, ("reps",)):
        if rep["id"] == rep_id:
            number = _find_absence(rep, first, last, part)
            if number is None:
                raise AbsenceGone
            return remove(text, (*path, "absences", number))
    return None


def with_last_day(text: str, person_id: PersonId, last: date | None, *, shown: date | None) -> str | None:
    """The file with this last day of the person wherever it lists them, or without one; None if it does not list them. Entries
    that end before the others, such as those of a team that a manager has left, stay.

    Raises:
        ChangedMeanwhile: the last day is not the one that was shown.
        LastDayTooEarly: it is before the first day.
    """
    people = [(path, person) for path, person in people_in(text, PEOPLE_KEYS) if person["id"] == person_id]
    if not people:
        return None
    ends = [_date_in(person, "until") for _, person in people]
    current = None if None in ends else max(end for end in ends if end is not None)
    if current == last:
        return text
    if current != shown:
        raise ChangedMeanwhile
    for (path, person), end in zip(people, ends, strict=True):
        if end != current:
            continue
        first = _date_in(person, "from")
        if last is not None and first is not None and last < first:
            raise LastDayTooEarly
        key_path = (*path, "until")
        text = remove(text, key_path) if last is None else set_value(text, key_path, last.isoformat(), after="name")
    return text


def with_calendar(text: str, rep_id: RepId, changed: Mapping[str, Value], *, first: date | None) -> str | None:
    """The file with these keys of the calendar of a rep, from a day on, or as a correction from the start; None if it has no
    such rep. A key that is None is removed.

    Raises:
        CalendarHasChanges: it is a correction, and the rep has dated changes.
        LaterChangeExists: the rep has a change from a later day on.
        CountryRemains: the country would end on a day.
    """
    for path, rep in people_in(text, ("reps",)):
        if rep["id"] != rep_id:
            continue
        changes = list_in(rep, "changes")
        if first is None:
            if changes:
                raise CalendarHasChanges
            return _with_keys(text, path, rep, changed, after="timezone")
        if changed.get("country", "") is None:
            raise CountryRemains
        newest = _date_in(changes[-1], "from") if changes else None
        if newest is not None and newest > first:
            raise LaterChangeExists(newest.isoformat())
        if newest == first:
            return _with_keys(text, (*path, "changes", len(changes) - 1), changes[-1], changed, after="from")
        entry = {key: value for key, value in changed.items() if value is not None}
        return append_entry(text, (*path, "changes"), {"from": first.isoformat(), **entry})
    return None


def _with_keys(text: str, path: Path, mapping: Listed, changed: Mapping[str, Value], *, after: str) -> str:
    for key, value in changed.items():
        if value is not None:
            text = set_value(text, (*path, key), value, after=after)
        elif key in mapping:
            text = remove(text, (*path, key))
    return text


def _find_absence(rep: Listed, first: date, last: date, part: Decimal) -> int | None:
    """The number of this absence in the list of the rep."""
    for number, absence in enumerate(list_in(rep, "absences")):
        if (_date_in(absence, "from"), _date_in(absence, "until"), _part_of(absence)) == (first, last, part):
            return number
    return None


def _part_of(absence: Listed) -> Decimal | None:
    try:
        return Decimal(str(absence.get("part") or _WHOLE))
    except InvalidOperation:
        return None


def _date_in(mapping: Listed, key: str) -> date | None:
    """The date at a key; None if there is none."""
    value = mapping.get(key)
    return _DATE.validate_python(value) if isinstance(value, str) else None
