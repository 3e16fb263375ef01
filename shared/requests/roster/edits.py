"""What can be asked about the roster in force, and what can be entered into it on a page."""

from datetime import datetime
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


class RosterEdit(Schema):
    """One change of the roster, and who asks for it."""

    asked_by: PersonId
    edit: Annotated[NewTeam | NewPerson | UserMatch | NewEmail, Field(discriminator="kind")]


class RosterEdited(Schema):
    """What the change did, in one line for people; `id` is that of the team or person. The days of `reps_to_rescore` reps are
    being scored again in the background, and a version is being announced to `reps_to_announce_to` reps."""

    id: str
    summary: str
    reps_to_rescore: int
    reps_to_announce_to: int = 0


ROSTER_SHOW: Final = Endpoint(subject="roster.show.v1", query=NoQuery, reply=StoredRoster)
ROSTER_EDIT: Final = Endpoint(subject="roster.edit.v1", query=RosterEdit, reply=RosterEdited)
