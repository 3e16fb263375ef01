"""What the page of one person says of their absences, their employment and their calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.nudges.domain.phrases import joined, long_date, natural_name, weekdays_phrase
from shared.events import PersonId
from shared.languages.formats import number_text, weekday_names
from shared.languages.messages import gettext, marked
from shared.requests.absences import AbsenceSpan
from shared.requests.roster.edits import WorkCalendar
from shared.requests.roster.person import DatedCalendar, RosterPerson, StatedAbsence

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS: Final = {
    "1": marked("the whole day"),
    "0.75": marked("three quarters of the day"),
    "0.5": marked("half the day"),
    "0.25": marked("a quarter of the day"),
}
"""Which shares of a day can be entered, each with its phrase."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AbsenceLine:
    """An absence. The dates and the `part` name it in the form that removes it."""

    first: date
    last: date
    part: Decimal
    days: str
    share: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonView:
    """The whole page. `entered` are absences that managers have entered. `last_day` is in words, and empty if there is none.
    `calendars` are in words, each with the day from which it holds; `calendar` is the newest one, which the form changes."""

    id: PersonId
    name: str
    is_rep: bool
    teams: str
    absences: tuple[AbsenceLine, ...]
    entered: tuple[str, ...]
    last_day: str
    has_left: bool
    calendars: tuple[tuple[str, str], ...]
    calendar: WorkCalendar | None
    weekdays: tuple[tuple[str, str], ...]


def make_person(person: RosterPerson) -> PersonView:
    """The view of a person as the roster has them."""
    today, last_day = person.today, person.last_day
    return PersonView(
        id=person.person,
        name=natural_name(person.name),
        is_rep=person.is_rep,
        teams=joined(person.teams),
        absences=tuple(_absence(absence, today=today) for absence in person.absences),
        entered=tuple(_entered(span, today=today) for span in person.entered),
        last_day=long_date(last_day, today=today) if last_day is not None else "",
        has_left=last_day is not None and last_day < today,
        calendars=tuple(_calendar(dated, today=today) for dated in person.calendars),
        calendar=person.calendars[-1].calendar if person.calendars else None,
        weekdays=tuple(zip(WEEKDAYS, weekday_names(), strict=True)),
    )


def describe_days(first: date, last: date, *, today: date) -> str:
    """`Monday 9 March`, `from Monday 9 March to Friday 13 March`."""
    if first == last:
        return long_date(first, today=today)
    return gettext("from {first} to {last}").format(first=long_date(first, today=today), last=long_date(last, today=today))


def _absence(absence: StatedAbsence, *, today: date) -> AbsenceLine:
    part = f"{absence.part.normalize():f}"
    return AbsenceLine(
        first=absence.first,
        last=absence.last,
        part=absence.part,
        days=describe_days(absence.first, absence.last, today=today),
        share=gettext(PARTS[part]) if part in PARTS else gettext("{part} of the day").format(part=number_text(absence.part)),
    )


def _entered(span: AbsenceSpan, *, today: date) -> str:
    days = describe_days(span.first, span.last, today=today)
    if not span.entered_by:
        return gettext("{days}: entered by a manager").format(days=days)
    return gettext("{days}: entered by {name}").format(days=days, name=natural_name(span.entered_by))


def _calendar(dated: DatedCalendar, *, today: date) -> tuple[str, str]:
    start = gettext("From {day} on").format(day=long_date(dated.first, today=today)) if dated.first is not None else ""
    calendar = dated.calendar
    return start, "; ".join((calendar.timezone, _region(calendar), _days(calendar.workdays), calendar.hours))


def _region(calendar: WorkCalendar) -> str:
    if not calendar.country:
        return gettext("no public holidays")
    region = ", ".join(filter(None, (calendar.country, calendar.subdivision)))
    return gettext("public holidays of {region}").format(region=region)


def _days(workdays: Sequence[str]) -> str:
    if not workdays:
        return gettext("no working days")
    return weekdays_phrase([WEEKDAYS.index(day) for day in workdays])
