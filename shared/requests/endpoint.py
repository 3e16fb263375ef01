"""One question that a service answers, with the shapes of its query and its reply."""

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

LANGUAGE_HEADER: Final = "Accept-Language"
"""The header of a query that says in which language its reply is read."""


class Schema(BaseModel):
    """The base of every query and reply. A reader ignores fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class NoQuery(Schema):
    """For questions that need no arguments."""


class Envelope(Schema):
    """Every reply on the wire: either `ok` with `data`, or not, with a sentence in `error` that says what happened and what to
    do."""

    ok: bool
    error: str = ""
    data: dict[str, Any] = {}


Row_co = TypeVar("Row_co", covariant=True)


class Page(Schema, Generic[Row_co]):
    """One page of a list. `after` of the next query is `next_after` of this reply; it is None on the last page."""

    rows: tuple[Row_co, ...]
    next_after: object = None


Query = TypeVar("Query", bound=Schema)
Reply = TypeVar("Reply", bound=Schema)
Reply_co = TypeVar("Reply_co", bound=Schema, covariant=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint(Generic[Query, Reply_co]):
    """A question on a subject. One that replies with a `Page` is asked again until there are no more rows; see `list_all`."""

    subject: str
    query: type[Query]
    reply: type[Reply_co]
