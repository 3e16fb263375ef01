"""Nudges, page by page, and the inbox of a manager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import asyncpg
from pydantic import BaseModel

from services.nudges import store
from services.nudges.domain.answers import Answer
from shared.events import NudgeKind
from shared.requests.nudges import DeliveryRow, NudgePage, NudgeQuery, NudgeRow

INBOX_ROWS_MAX: Final = 300


class GivenAnswer(BaseModel):
    """What somebody says of a nudge."""

    person_id: str
    answer: Answer
    reason: str


class Part(BaseModel):
    """A nudge that was said in the message of another. `is_revised` says that it is known not to hold."""

    id: str
    kind: NudgeKind
    text: str
    reason: str
    is_revised: bool
    answers: tuple[GivenAnswer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxItem:
    """A nudge as a manager sees it; times are shown in the rep's own zone. A definition may be `acknowledged` by the rep.
    `parts` are the nudges that were said in its message, in the order of their lines, which are the last of its text."""

    row: NudgeRow
    timezone: str
    acknowledged: bool = False
    parts: tuple[Part, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()


async def list_nudges(pool: asyncpg.Pool, query: NudgeQuery) -> NudgePage:
    """One page, in the order in which they were decided."""
    after = int(query.after) if query.after else 0
    rows = await pool.fetch(store.QUERIES["list_nudges"], after, query.person, query.limit)
    more = str(rows[-1]["seq"]) if len(rows) == query.limit else None
    return NudgePage(rows=tuple(_shown(row, deliveries=row["deliveries"]) for row in rows), next_after=more)


async def list_inbox(pool: asyncpg.Pool, manager_id: str) -> list[InboxItem]:
    """What a manager's page shows, newest first."""
    rows = await pool.fetch(store.QUERIES["list_inbox"], manager_id, INBOX_ROWS_MAX)
    return [_item(row, acknowledged=row["acknowledged"]) for row in rows]


async def list_heard(pool: asyncpg.Pool, rep_id: str, *, since: date) -> list[InboxItem]:
    """What a rep has heard since a day of theirs, newest first; definitions apart."""
    rows = await pool.fetch(store.QUERIES["list_heard_of_person"], rep_id, since)
    return [_item(row) for row in rows]


async def find_shown(pool: asyncpg.Pool, nudge_id: str, person_id: str) -> InboxItem | None:
    """One nudge that was said to a person, or to a rep of theirs."""
    row = await pool.fetchrow(store.QUERIES["find_shown"], nudge_id, person_id)
    return _item(row) if row is not None else None


def _item(row: asyncpg.Record, *, acknowledged: bool = False) -> InboxItem:
    parts = tuple(Part.model_validate_json(one) for one in row["parts"])
    answers = tuple(GivenAnswer.model_validate_json(one) for one in row["answers"])
    return InboxItem(row=_shown(row), timezone=row["timezone"], acknowledged=acknowledged, parts=parts, answers=answers)


def _shown(row: "asyncpg.Record | Mapping[str, Any]", *, deliveries: Sequence[str] = ()) -> NudgeRow:
    return NudgeRow(
        id=row["id"],
        rule=row["rule"],
        kind=row["kind"],
        person=row["person_id"],
        person_name=row["person_name"],
        team=row["team_id"],
        occasion=row["occasion"],
        day=row["day"],
        text=row["text"],
        reason=row["reason"],
        status=row["status"],
        because=row["because"],
        chance=row["chance"],
        decided_at=row["decided_at"],
        send_at=row["send_at"],
        delivered=tuple(row["delivered"]),
        revised=row["revised_because"],
        deliveries=tuple(DeliveryRow.model_validate_json(one) for one in deliveries),
    )
