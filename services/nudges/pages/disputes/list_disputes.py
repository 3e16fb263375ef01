"""What is contested: of a rep's days, and before a manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges.domain.disputes import SETTLED_SHOWN, Reason, Recorded, Settled
from services.nudges.store import QUERIES
from shared.requests.nudges import DisputeList, DisputeQuery, DisputeRow

SHOWN_MAX: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Contest:
    """An activity that a rep says is not right. `settled_by` is a manager's name, empty where it is not known any more."""

    id: str
    rep_id: str
    rep_name: str
    timezone: str
    day: date
    source: str
    account: str
    activity_id: str
    reason: Reason
    recorded: Recorded
    contested_at: datetime
    settled: Settled | None
    settled_by: str


async def list_contests(pool: asyncpg.Pool, query: DisputeQuery) -> DisputeList:
    """Of one day, for `daymark explain`."""
    rows = await pool.fetch(QUERIES["list_contests_of_day"], query.rep, query.day)
    return DisputeList(rows=tuple(DisputeRow(**dict(row), settled_by=row["manager_id"]) for row in rows))


async def list_contests_of_day(pool: asyncpg.Pool, rep_id: str, day: date) -> list[Contest]:
    """What a rep says of the activities of a day, in the order in which they said it."""
    return _contests(await pool.fetch(QUERIES["list_contests_of_day"], rep_id, day))


async def list_contests_for_manager(pool: asyncpg.Pool, manager_id: str, *, now: datetime) -> list[Contest]:
    """What the reps whom they lead by now have contested: what is open first, then what was settled lately; newest first."""
    return _contests(await pool.fetch(QUERIES["list_contests_for_manager"], manager_id, now - SETTLED_SHOWN, SHOWN_MAX))


def _contests(rows: Sequence[asyncpg.Record]) -> list[Contest]:
    return [
        Contest(
            id=row["id"],
            rep_id=row["rep_id"],
            rep_name=row["rep_name"],
            timezone=row["timezone"],
            day=row["day"],
            source=row["source"],
            account=row["account"],
            activity_id=row["activity_id"],
            reason=Reason(row["reason"]),
            recorded=Recorded.model_validate_json(row["recorded"]),
            contested_at=row["contested_at"],
            settled=Settled(row["settled"]) if row["settled"] else None,
            settled_by=row["manager_name"] or "",
        )
        for row in rows
    ]
