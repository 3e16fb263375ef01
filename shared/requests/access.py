"""What can be asked about who comes in: open sessions, and operators."""

from datetime import datetime
from typing import Final

from pydantic import Field

from shared.events import PersonId
from shared.reach import ContactPoint
from shared.requests.endpoint import Endpoint, NoQuery, Schema


class SessionQuery(Schema):
    """Everybody's open sessions, or one person's."""

    person: PersonId | None = None


class SessionRow(Schema):
    """Somebody who is signed in. `origin` is how: message, command or openid. It ends at `ends_at` if it is not used again."""

    id: int
    person: PersonId
    origin: str
    opened_at: datetime
    last_used_at: datetime
    ends_at: datetime


class SessionList(Schema):
    """In the order in which they were opened."""

    rows: tuple[SessionRow, ...]


class SessionToRevoke(Schema):
    id: int


class OperatorToAdd(Schema):
    """Somebody of the roster, by email, id or name; or somebody else, by email and, if they prefer that, Slack user."""

    typed: str = Field(max_length=254)
    slack: str = ""


class OperatorToRemove(Schema):
    person: PersonId


class OperatorRow(Schema):
    """An operator. `contacts` are how somebody is reached whom the roster does not list; empty for somebody of the roster."""

    person: PersonId
    name: str
    contacts: tuple[ContactPoint, ...] = ()


class OperatorList(Schema):
    """By id."""

    rows: tuple[OperatorRow, ...]


class FirstOperatorLink(Schema):
    """Where the first operator signs in, once and within an hour."""

    url: str


SESSION_LIST: Final = Endpoint(subject="session.list.v1", query=SessionQuery, reply=SessionList)
SESSION_REVOKE: Final = Endpoint(subject="session.revoke.v1", query=SessionToRevoke, reply=SessionToRevoke)
OPERATOR_ADD: Final = Endpoint(subject="operator.add.v1", query=OperatorToAdd, reply=OperatorRow)
OPERATOR_REMOVE: Final = Endpoint(subject="operator.remove.v1", query=OperatorToRemove, reply=OperatorToRemove)
OPERATOR_FIRST: Final = Endpoint(subject="operator.first.v1", query=NoQuery, reply=FirstOperatorLink)
OPERATOR_LIST: Final = Endpoint(subject="operator.list.v1", query=NoQuery, reply=OperatorList)
