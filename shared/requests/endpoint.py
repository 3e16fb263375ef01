"""One question that a service answers, with the shapes of its query and its reply."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """The base of every query and reply. A reader ignores fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class NoQuery(Schema):
    """For questions that need no arguments."""


class Envelope(Schema):
    """Every reply on the wire: either `ok` with `data`, or not, with a sentence in `error` that says what happened and what to
    do."""

    ok: bool
    error: str = ""
    data: dict[str, Any] = {}


Query = TypeVar("Query", bound=Schema)
Reply = TypeVar("Reply", bound=Schema)


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint(Generic[Query, Reply]):
    """A question on a subject. Lists are paged: `after` of the next query is `next_after` of the last reply."""

    subject: str
    query: type[Query]
    reply: type[Reply]
