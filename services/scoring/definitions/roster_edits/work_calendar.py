"""The calendar by which a rep works, as requests and as files write it."""

from collections.abc import Mapping
from datetime import date

from services.scoring.domain.definition_files.fields import WEEKDAYS
from services.scoring.domain.definition_files.yaml_edits import Value
from services.scoring.domain.roster.roster import Rep, Term
from shared.requests.roster.edits import WorkCalendar
from shared.requests.roster.person import DatedCalendar


def calendar_of(term: Term) -> WorkCalendar:
    """The calendar of a term."""
    starts, ends = term.hours
    return WorkCalendar(
        timezone=term.timezone,
        country=term.country or "",
        subdivision=term.subdivision or "",
        workdays=tuple(WEEKDAYS[day] for day in sorted(term.workdays)),
        hours=f"{starts:%H:%M}-{ends:%H:%M}",
    )


def calendars_of(rep: Rep) -> tuple[DatedCalendar, ...]:
    """The calendar of each term."""
    return tuple(
        DatedCalendar(first=None if term.first == date.min else term.first, calendar=calendar_of(term)) for term in rep.terms
    )


def changed_keys(before: WorkCalendar, after: WorkCalendar) -> Mapping[str, Value]:
    """What a file has to say for the calendar to change, key by key. None stands for a key that is to be missing. The country
    is repeated with its part, since a file that changes the one forgets the other."""
    changed: dict[str, Value] = {}
    if after.timezone != before.timezone:
        changed["timezone"] = after.timezone
    if (after.country, after.subdivision) != (before.country, before.subdivision):
        changed |= {"country": after.country or None, "subdivision": after.subdivision or None}
    if after.workdays != before.workdays:
        changed["workdays"] = list(after.workdays)
    if after.hours != before.hours:
        changed["hours"] = after.hours
    return changed
