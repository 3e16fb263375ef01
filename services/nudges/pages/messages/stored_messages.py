"""The nudges that pages show, as typed rows: a manager's inbox, what a rep has received, and single messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg
from pydantic import BaseModel, TypeAdapter

from services.nudges.domain.feedback.answers import Answer
from services.nudges.domain.feedback.undo import UNDO_FOR
from services.nudges.links import MESSAGE_LINK_AGE_MAX
from shared.events import ManagerId, Mention, NudgeId, NudgeKind, PersonId, PossibleAbsence, RepId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_ABSENCES: Final = TypeAdapter(tuple[PossibleAbsence, ...])
_ABOUT: Final = TypeAdapter(tuple[Mention, ...])
MESSAGES_ON_PAGE: Final = 40
SCHEDULED_MAX: Final = 50
TO_DO_MAX: Final = 50
TO_DO_FOR: Final = timedelta(days=7)
"""For so long does something that a manager was asked wait for them in their inbox."""
HINT_OF_USE_FOR: Final = timedelta(days=3)
"""For so long can somebody make use of a coaching hint."""


class GivenAnswer(BaseModel):
    """What somebody answered to a nudge."""

    person_id: PersonId
    answer: Answer
    reason: str
    answered_at: datetime

    def can_be_undone(self, *, now: datetime) -> bool:
        """Whether its giver can still take it back."""
        return now - self.answered_at < UNDO_FOR


class MessagePart(BaseModel):
    """A nudge that was bundled into the message of another. `is_retracted`: late data made it false."""

    id: NudgeId
    rule: str
    kind: NudgeKind
    text: str
    reason: str
    is_retracted: bool
    answers: tuple[GivenAnswer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A nudge as pages show it. `parts` are the nudges that were bundled into it; they are the last lines of its text and its
    reason, in this order. `timezone` is the recipient's.

    `is_acknowledged`: the rep has confirmed the announced version. `delivered` lists the channels that accepted it.
    `is_unsent`: it reached nobody, because Daymark was restored from a backup. `is_opened`: the recipient has opened a page
    that shows it. `again_at` is when it will be sent to them once more, because they asked for it. `retracted_because` is
    empty while the nudge holds. `about` are the reps whom a message to a manager is about, and `absences` the days on which
    one of them may have been away.
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
    is_opened: bool
    delivered: tuple[str, ...]
    parts: tuple[MessagePart, ...]
    answers: tuple[GivenAnswer, ...]
    about: tuple[Mention, ...]
    absences: tuple[PossibleAbsence, ...]
    again_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingMessage:
    """A message with those of its nudges that wait for somebody."""

    message: Message
    waiting: frozenset[NudgeId]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which messages of an inbox a manager wants to see: those to a rep or about them, of a kind, or all."""

    rep_id: RepId | None = None
    kind: NudgeKind | None = None


EVERYTHING: Final = Selection()


async def list_inbox(
    pool: asyncpg.Pool,
    manager_id: ManagerId,
    selection: Selection = EVERYTHING,
    *,
    first: NudgeId | None = None,
) -> list[Message]:
    """What was sent to a manager and their reps, newest first: a page of it, and the first message of the next one. It begins
    with the `first` message, if that is still there."""
    return _to_messages(
        await pool.fetch(_QUERIES["list_inbox"], manager_id, selection.rep_id, selection.kind, first, MESSAGES_ON_PAGE + 1)
    )


async def list_scheduled(pool: asyncpg.Pool, manager_id: ManagerId, selection: Selection = EVERYTHING) -> list[Message]:
    """What waits to be sent to a manager and their reps, the next one first."""
    return _to_messages(
        await pool.fetch(_QUERIES["list_scheduled"], manager_id, selection.rep_id, selection.kind, SCHEDULED_MAX)
    )


async def list_to_do(
    pool: asyncpg.Pool, manager_id: ManagerId, selection: Selection = EVERYTHING, *, now: datetime
) -> list[WaitingMessage]:
    """What waits for a manager and is still of use, newest first."""
    rows = await pool.fetch(
        _QUERIES["list_to_do"],
        manager_id,
        selection.rep_id,
        selection.kind,
        now - TO_DO_FOR,
        now - HINT_OF_USE_FOR,
        now - UNDO_FOR,
        TO_DO_MAX,
    )
    return [WaitingMessage(message=_to_message(row), waiting=frozenset(row["waiting"])) for row in rows]


async def list_received(pool: asyncpg.Pool, rep_id: RepId, *, since: date) -> list[Message]:
    """What a rep has received since a day of theirs, newest first and without announcements of playbooks and thanks."""
    return _to_messages(await pool.fetch(_QUERIES["list_received"], rep_id, since))


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


def _to_messages(rows: Iterable[asyncpg.Record]) -> list[Message]:
    return [_to_message(row) for row in rows]


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
        is_opened=row["is_opened"],
        delivered=tuple(row["delivered"]),
        parts=tuple(MessagePart.model_validate_json(part) for part in row["parts"]),
        answers=tuple(GivenAnswer.model_validate_json(answer) for answer in row["answers"]),
        about=_ABOUT.validate_json(row["about"]) if row["about"] is not None else (),
        absences=_ABSENCES.validate_json(row["absences"]) if row["absences"] is not None else (),
        again_at=row["again_at"],
    )
