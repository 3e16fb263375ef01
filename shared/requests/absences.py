"""What can be asked about absences that managers enter on a page, beside those of the roster file."""

from datetime import date, datetime
from typing import Final

from shared.events import ManagerId, RepId
from shared.requests.endpoint import Endpoint, NoQuery, Schema


class AbsenceQuery(Schema):
    """Whole days of a rep, from `first` to `last`, both included; without a `last` up to the rep's today. `manager` is who
    asks: somebody who leads the rep's team today."""

    rep: RepId
    manager: ManagerId
    first: date
    last: date | None = None


class AbsenceSpan(Schema):
    """Days without a gap, both ends included. `entered_by` is the name of the manager who entered them, or their id once they
    are not in the roster; empty for those of the roster file, and when that manager was erased."""

    first: date
    last: date
    entered_by: str = ""


class AbsenceState(Schema):
    """What is known of the days of a query, from `first` to `last`: which of them are `entered`, which the roster file states
    (`in_roster`), on which something counts although they are no absence
    (`active`), and which are left to be entered (`missing`). `today` is the rep's."""

    rep_name: str
    today: date
    first: date
    last: date
    entered: tuple[AbsenceSpan, ...]
    in_roster: tuple[AbsenceSpan, ...]
    active: tuple[date, ...]
    missing: tuple[AbsenceSpan, ...]


class AbsenceRow(Schema):
    """Days that were entered together, without a gap. `rep_name` is empty for a rep who is not in the roster."""

    rep: RepId
    rep_name: str
    first: date
    last: date
    entered_by: str
    entered_at: datetime


class AbsenceList(Schema):
    """By rep and day."""

    rows: tuple[AbsenceRow, ...]


ABSENCE_SHOW: Final = Endpoint(subject="absence.show.v1", query=AbsenceQuery, reply=AbsenceState)
ABSENCE_ENTER: Final = Endpoint(subject="absence.enter.v1", query=AbsenceQuery, reply=AbsenceState)
ABSENCE_WITHDRAW: Final = Endpoint(subject="absence.withdraw.v1", query=AbsenceQuery, reply=AbsenceState)
ABSENCE_LIST: Final = Endpoint(subject="absence.list.v1", query=NoQuery, reply=AbsenceList)
