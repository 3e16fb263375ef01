"""What can be asked about the people of the roster, and about the ways to them."""

from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from shared.events import NudgeId, PersonId, TeamId
from shared.reach import ContactPoint
from shared.requests.endpoint import Endpoint, NoQuery, Page, Schema

PAGE_SIZE_MAX: Final = 1_000


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
WAY_LIST: Final = Endpoint(subject="person.ways.v1", query=NoQuery, reply=WayList)
PERSON_TEST: Final = Endpoint(subject="person.test.v1", query=PersonTest, reply=TestResult)
WEBHOOK_KEYS: Final = Endpoint(subject="person.webhook_keys.v1", query=ContactQuery, reply=WebhookKeyList)
NUDGE_RESEND: Final = Endpoint(subject="nudge.resend.v1", query=NudgeToResend, reply=NudgeToResend)
