"""What can be asked about one person of the roster: absences, the last day, and by which calendar a rep works."""

from datetime import date
from decimal import Decimal
from typing import Final

from shared.events import PersonId
from shared.requests.absences import AbsenceSpan
from shared.requests.endpoint import Endpoint, Schema
from shared.requests.people import ContactQuery
from shared.requests.roster.edits import WorkCalendar


class StatedAbsence(Schema):
    """An absence of the roster, both days included; `part` is the share of each day that is taken off."""

    first: date
    last: date
    part: Decimal


class DatedCalendar(Schema):
    """By which calendar a rep works from a day on; None from the start."""

    first: date | None
    calendar: WorkCalendar


class RosterPerson(Schema):
    """A person of the roster, who may have left. `teams` are the names of those that they are in or manage, by the roster
    whenever that is. `today` is theirs.

    Absences are those that ended at most 90 days ago: those of the roster, and those that managers have `entered`. `calendars`
    are in the order of their days; a manager has none.
    """

    person: PersonId
    name: str
    is_rep: bool
    teams: tuple[str, ...]
    today: date
    last_day: date | None = None
    absences: tuple[StatedAbsence, ...] = ()
    entered: tuple[AbsenceSpan, ...] = ()
    calendars: tuple[DatedCalendar, ...] = ()


ROSTER_PERSON: Final = Endpoint(subject="roster.person.v1", query=ContactQuery, reply=RosterPerson)
