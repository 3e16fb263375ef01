"""Disputes as typed rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges.domain.feedback.disputes import RESOLVED_SHOWN_FOR, DisputeId, DisputeReason, RecordedActivity, Resolution
from shared.events import ManagerId, RepId
from shared.observation import ActivityId, SourceName
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
DISPUTES_SHOWN_MAX: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """An activity that a rep says is wrong, as it was `recorded` then. `resolution` is None while it is open.

    `resolved_by` is the manager's id, empty while it is open or when the manager was erased. `resolver_name` is their name,
    empty also when they are no longer a manager of the rep. `timezone` is the rep's.
    """

    id: DisputeId
    rep_id: RepId
    rep_name: str
    timezone: str
    day: date
    source: SourceName
    account: str
    activity_id: ActivityId
    reason: DisputeReason
    recorded: RecordedActivity
    disputed_at: datetime
    resolution: Resolution | None
    resolved_by: str
    resolved_at: datetime | None
    resolver_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDispute:
    """What a rep says about an activity of one of their days."""

    id: DisputeId
    rep_id: RepId
    day: date
    source: SourceName
    account: str
    activity_id: ActivityId
    reason: DisputeReason
    recorded: RecordedActivity


async def merge_dispute(pool: asyncpg.Pool, dispute: NewDispute, *, now: datetime) -> bool:
    """Store a dispute. Returns whether it is new or differs from what the rep said before.

    Raises:
        asyncpg.ForeignKeyViolationError: the day of the rep is not known, for example because the rep was erased.
    """
    merged = await pool.fetchval(
        _QUERIES["merge_dispute"],
        dispute.id,
        dispute.rep_id,
        dispute.day,
        dispute.source,
        dispute.account,
        dispute.activity_id,
        dispute.reason.value,
        dispute.recorded.model_dump_json(),
        now,
    )
    return merged is not None


async def delete_dispute(pool: asyncpg.Pool, dispute_id: DisputeId, rep_id: RepId) -> None:
    """Delete an open dispute of a rep."""
    await pool.execute(_QUERIES["delete_dispute"], dispute_id, rep_id)


async def find_disputing_rep(pool: asyncpg.Pool, dispute_id: DisputeId) -> RepId | None:
    """Who disputes it; None if there is no such dispute."""
    rep_id: RepId | None = await pool.fetchval(_QUERIES["find_disputing_rep"], dispute_id)
    return rep_id


async def list_disputes_of_day(pool: asyncpg.Pool, rep_id: RepId, day: date) -> list[Dispute]:
    """What a rep disputes about one day, in the order in which it was said."""
    return _to_disputes(await pool.fetch(_QUERIES["list_disputes_of_day"], rep_id, day))


async def list_disputes_for_manager(pool: asyncpg.Pool, manager_id: ManagerId, *, now: datetime) -> list[Dispute]:
    """What the manager's reps of today dispute: open ones first, then those resolved in the last two weeks; newest first."""
    rows = await pool.fetch(_QUERIES["list_disputes_for_manager"], manager_id, now - RESOLVED_SHOWN_FOR, DISPUTES_SHOWN_MAX)
    return _to_disputes(rows)


def _to_disputes(rows: Sequence[asyncpg.Record]) -> list[Dispute]:
    return [
        Dispute(
            id=row["id"],
            rep_id=row["rep_id"],
            rep_name=row["rep_name"],
            timezone=row["timezone"],
            day=row["day"],
            source=row["source"],
            account=row["account"],
            activity_id=row["activity_id"],
            reason=DisputeReason(row["reason"]),
            recorded=RecordedActivity.model_validate_json(row["recorded"]),
            disputed_at=row["disputed_at"],
            resolution=Resolution(row["resolution"]) if row["resolution"] else None,
            resolved_by=row["manager_id"],
            resolved_at=row["resolved_at"],
            resolver_name=row["manager_name"] or "",
        )
        for row in rows
    ]
