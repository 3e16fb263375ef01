"""The nudges that pages show, as typed rows: a manager's inbox, what a rep has received, and single messages."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg
from pydantic import BaseModel, TypeAdapter

from services.nudges.domain.feedback.answers import Answer
from services.nudges.links import MESSAGE_LINK_AGE_MAX
from shared.events import ManagerId, NudgeId, NudgeKind, PersonId, PossibleAbsence, RepId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_ABSENCES: Final = TypeAdapter(tuple[PossibleAbsence, ...])
INBOX_ROWS_MAX: Final = 300


class GivenAnswer(BaseModel):
    """What somebody answered to a nudge."""

    person_id: PersonId
    answer: Answer
    reason: str


class MessagePart(BaseModel):
    """A nudge that was bundled into the message of another. `is_retracted`: late data made it false."""

    id: NudgeId
    kind: NudgeKind
    text: str
    reason: str
    is_retracted: bool
    answers: tuple[GivenAnswer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A nudge as pages show it. `parts` are the nudges that were bundled into it; they are the last lines of its text and its
    reason, in this order. `timezone` is the recipient's.

    `is_acknowledged`: the rep has confirmed the announced version. `delivered` lists the channels that accepted it. Both are
    known in an inbox only. `is_unsent`: it reached nobody, because Daymark was restored from a backup. `retracted_because` is
    empty while the nudge holds. `absences` are days on which a rep may have been away, of a message to a manager.
    """

    id: NudgeId
    rule: str
    kind: NudgeKind
    person_id: PersonId
    person_name: str
    occasion: str
    day: date
    timezone: str
    text: str
    reason: str
    status: str
    because: str
    send_at: datetime | None
    retracted_because: str
    is_acknowledged: bool
    is_unsent: bool
    delivered: tuple[str, ...]
    parts: tuple[MessagePart, ...]
    answers: tuple[GivenAnswer, ...]
    absences: tuple[PossibleAbsence, ...]


async def list_inbox(pool: asyncpg.Pool, manager_id: ManagerId) -> list[Message]:
    """A manager's inbox, newest first."""
    rows = await pool.fetch(_QUERIES["list_inbox"], manager_id, INBOX_ROWS_MAX)
    return [_to_message(row) for row in rows]


async def list_received(pool: asyncpg.Pool, rep_id: RepId, *, since: date) -> list[Message]:
    """What a rep has received since a day of theirs, newest first and without announcements of playbooks and thanks."""
    return [_to_message(row) for row in await pool.fetch(_QUERIES["list_received"], rep_id, since)]


async def find_message(pool: asyncpg.Pool, nudge_id: NudgeId, person_id: PersonId) -> Message | None:
    """The message of a nudge that was sent to a person or to a rep of theirs; None for any other."""
    row = await pool.fetchrow(_QUERIES["find_message"], nudge_id, person_id)
    return _to_message(row) if row is not None else None


async def has_link_of_nudge_ended(pool: asyncpg.Pool, nudge_id: NudgeId, person_id: PersonId, *, now: datetime) -> bool:
    """As `has_link_ended`, for what is answered without showing it. A message that the person does not have has no link."""
    message = await find_message(pool, nudge_id, person_id)
    return message is not None and has_link_ended(message, now=now)


def has_link_ended(message: Message, *, now: datetime) -> bool:
    """Whether the link in the message was sent so long ago that it opens nothing any more."""
    return message.send_at is not None and now - message.send_at > MESSAGE_LINK_AGE_MAX


def _to_message(row: asyncpg.Record) -> Message:
    return Message(
        id=row["id"],
        rule=row["rule"],
        kind=NudgeKind(row["kind"]),
        person_id=row["person_id"],
        person_name=row["person_name"],
        occasion=row["occasion"],
        day=row["day"],
        timezone=row["timezone"],
        text=row["text"],
        reason=row["reason"],
        status=row["status"],
        because=row["because"],
        send_at=row["send_at"],
        retracted_because=row["retracted_because"],
        is_acknowledged=row["is_acknowledged"],
        is_unsent=row["is_unsent"],
        delivered=tuple(row["delivered"]),
        parts=tuple(MessagePart.model_validate_json(part) for part in row["parts"]),
        answers=tuple(GivenAnswer.model_validate_json(answer) for answer in row["answers"]),
        absences=_ABSENCES.validate_json(row["absences"]) if row["absences"] is not None else (),
    )
