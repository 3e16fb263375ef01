"""What can be asked about the people of the roster, and about the ways to them."""

from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from shared.events import NudgeId, PersonId, TeamId
from shared.reach import ContactPoint
from shared.requests.endpoint import Endpoint, NoQuery, Page, Schema

PAGE_SIZE_MAX: Final = 1_000
TYPED_LENGTH_MAX: Final = 254


class ContactQuery(Schema):
    person: PersonId


class ContactList(Schema):
    """How a rep or a manager is reached today, in their order of preference. Without any, `because` says why."""

    contacts: tuple[ContactPoint, ...] = ()
    because: str = ""


class PersonQuery(Schema):
    """Everybody of today's roster, or one person."""

    person: PersonId | None = None
    after: PersonId | None = None
    limit: int = Field(default=PAGE_SIZE_MAX, gt=0, le=PAGE_SIZE_MAX)


class PersonRow(Schema):
    """A person of today's roster. `ways` are the transports by which they are reached, in their order of preference; without
    any, `because` says why."""

    person: PersonId
    name: str
    role: Literal["rep", "manager"]
    teams: tuple[TeamId, ...]
    ways: tuple[str, ...]
    because: str = ""


class PersonPage(Page[PersonRow]):
    """By id."""

    next_after: PersonId | None = None


class RosteredPerson(Schema):
    """Somebody of today's roster. `team` is where a rep works today; None for somebody who is no rep. `manages` are the teams
    that they manage today. `colleagues` are the other reps of the team of the person who is asked about, if the team lets
    colleagues thank each other; nobody else has any here."""

    id: PersonId
    name: str
    team: TeamId | None = None
    manages: tuple[TeamId, ...] = ()
    colleagues: tuple[PersonId, ...] = ()


class NamedTeam(Schema):
    id: TeamId
    name: str


class RosterExcerpt(Schema):
    """A person of today's roster, and the reps of the teams that they manage, and these teams. Without the person, the roster
    does not list them today."""

    people: tuple[RosteredPerson, ...] = ()
    teams: tuple[NamedTeam, ...] = ()


class NameQuery(Schema):
    """Whom somebody means who typed this: an email, an id, or a name as in the roster. With `is_email` only an email counts."""

    typed: str = Field(max_length=TYPED_LENGTH_MAX)
    is_email: bool = False


class NamedPerson(Schema):
    """The one person of today's roster who is meant, and how they are reached. None if it is nobody, or more than one."""

    person: PersonId | None = None
    name: str = ""
    contacts: tuple[ContactPoint, ...] = ()


class WayRow(Schema):
    """What became of the last attempts to reach a person by one transport. `failures` are those since the last success."""

    person: PersonId
    transport: str
    last_delivered_at: datetime | None
    failures: int
    failing_since: datetime | None
    last_error: str


class WayList(Schema):
    """By person and transport. `configured` are the transports that this installation has."""

    configured: tuple[str, ...]
    rows: tuple[WayRow, ...]


class PersonTest(Schema):
    """Whom to send a test message, under which name."""

    person: PersonId
    name: str


class TriedWay(Schema):
    """One way that was tried. Without an `error` it worked."""

    transport: str
    error: str = ""


class TestResult(Schema):
    """What was tried, in this order. Without a way that was tried, `error` says why."""

    tried: tuple[TriedWay, ...]
    error: str = ""


class WebhookKey(Schema):
    """What the receiver at an address of a person's own verifies with: `whsec_` and the key."""

    address: str
    secret: str


class WebhookKeyList(Schema):
    """One for each address that the roster has for a person, in their order of preference."""

    keys: tuple[WebhookKey, ...]


class NudgeToResend(Schema):
    nudge: NudgeId


PERSON_CONTACTS: Final = Endpoint(subject="person.contacts.v1", query=ContactQuery, reply=ContactList)
PERSON_LIST: Final = Endpoint(subject="person.list.v1", query=PersonQuery, reply=PersonPage)
PERSON_TODAY: Final = Endpoint(subject="person.today.v1", query=ContactQuery, reply=RosterExcerpt)
PERSON_FIND: Final = Endpoint(subject="person.find.v1", query=NameQuery, reply=NamedPerson)
WAY_LIST: Final = Endpoint(subject="person.ways.v1", query=NoQuery, reply=WayList)
PERSON_TEST: Final = Endpoint(subject="person.test.v1", query=PersonTest, reply=TestResult)
WEBHOOK_KEYS: Final = Endpoint(subject="person.webhook_keys.v1", query=ContactQuery, reply=WebhookKeyList)
NUDGE_RESEND: Final = Endpoint(subject="nudge.resend.v1", query=NudgeToResend, reply=NudgeToResend)
