"""What can be asked about the roster in force, and what can be entered into it on a page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from shared.events import PersonId, RepId, TeamId
from shared.observation import SourceName
from shared.reach import ContactPoint
from shared.requests.endpoint import Endpoint, NoQuery, Schema

_LENGTH_MAX: Final = 200
Typed = Annotated[str, Field(max_length=_LENGTH_MAX)]


class StoredRoster(Schema):
    """The roster file in force; its text is empty before the first. `entered_by` is who changed it last on a page: None if it
    was applied as a file, and empty if that person was erased."""

    text: str = ""
    applied_at: datetime | None = None
    entered_by: PersonId | None = None


class CrmUser(Schema):
    """A user of a CRM: of one account, or without an `account` of every account of the source."""

    source: SourceName
    user: Typed
    account: Typed | None = None


class NewTeam(Schema):
    """A team. Without an `id` it gets one that resembles its name."""

    kind: Literal["team"] = "team"
    name: Typed
    id: TeamId | None = None


class NewPerson(Schema):
    """A rep or a manager of a team. Without an `id` they get one that resembles their name. A rep needs a time zone; only a rep
    has a country and CRM users. A contact without an address goes to the email."""

    kind: Literal["person"] = "person"
    role: Literal["rep", "manager"]
    name: Typed
    team: TeamId
    id: PersonId | None = None
    email: Typed = ""
    timezone: Typed = ""
    country: Typed = ""
    reach: tuple[ContactPoint, ...] = ()
    identities: tuple[CrmUser, ...] = ()


class UserMatch(Schema):
    """A CRM user is this rep."""

    kind: Literal["user"] = "user"
    rep: RepId
    user: CrmUser


class NewEmail(Schema):
    """The email of somebody of the roster, in place of any that it has."""

    kind: Literal["email"] = "email"
    person: PersonId
    email: Typed


class RosterAbsence(Schema):
    """Days on which a rep is away, both ends included; `part` is the share of each day that is taken off."""

    rep: RepId
    first: date
    last: date
    part: Decimal = Field(default=Decimal(1), gt=0, le=1)


class NewAbsence(RosterAbsence):
    """An absence that is to be entered into the roster."""

    kind: Literal["absence"] = "absence"


class AbsenceRemoval(RosterAbsence):
    """An absence of the roster that is to be removed, as it was shown."""

    kind: Literal["absence_removal"] = "absence_removal"


class NewLastDay(Schema):
    """The last day of employment of somebody of the roster; None if they stay. `shown` is the one that the page showed."""

    kind: Literal["last_day"] = "last_day"
    person: PersonId
    last: date | None
    shown: date | None


class WorkCalendar(Schema):
    """By which calendar a rep works. `country` and `subdivision` may be empty. `workdays` are names such as `mon`, in the order
    of the week, and `hours` are written as `09:00-17:30`."""

    timezone: Typed
    country: Typed = ""
    subdivision: Typed = ""
    workdays: tuple[Annotated[str, Field(max_length=3)], ...]
    hours: Typed


class NewCalendar(Schema):
    """The calendar of a rep from a day on; without a day it corrects the one from the start. `shown` is the one that the page
    showed."""

    kind: Literal["calendar"] = "calendar"
    rep: RepId
    first: date | None
    calendar: WorkCalendar
    shown: WorkCalendar


class RosterEdit(Schema):
    """One change of the roster, and who asks for it."""

    asked_by: PersonId
    edit: Annotated[
        NewTeam | NewPerson | UserMatch | NewEmail | NewAbsence | AbsenceRemoval | NewLastDay | NewCalendar,
        Field(discriminator="kind"),
    ]


class RosterEdited(Schema):
    """What the change did, in one line for people; `id` is that of the team or person. The days of `reps_to_rescore` reps are
    being scored again in the background, and a version is being announced to `reps_to_announce_to` reps."""

    id: str
    summary: str
    reps_to_rescore: int
    reps_to_announce_to: int = 0


ROSTER_SHOW: Final = Endpoint(subject="roster.show.v1", query=NoQuery, reply=StoredRoster)
ROSTER_EDIT: Final = Endpoint(subject="roster.edit.v1", query=RosterEdit, reply=RosterEdited)
