"""Days as they were last reported."""

from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges.domain.history import HISTORY_DAYS, PLAN_DONE_SCORE
from shared.events import DayReport, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


async def find_day(connection: Querier | asyncpg.Pool, rep_id: RepId, day: date) -> DayReport | None:
    """The newest report of a rep's day."""
    body = await connection.fetchval(_QUERIES["find_day"], rep_id, day)
    return DayReport.model_validate_json(body) if body is not None else None


async def find_newest_day(connection: Querier | asyncpg.Pool, rep_id: RepId) -> DayReport | None:
    """The newest day that is known of a rep."""
    body = await connection.fetchval(_QUERIES["find_newest_day"], rep_id)
    return DayReport.model_validate_json(body) if body is not None else None


async def list_worked_before(connection: Querier | asyncpg.Pool, rep_id: RepId, day: date) -> list[DayReport]:
    """The rep's worked days before a day, newest first, at most 150."""
    rows = await connection.fetch(_QUERIES["list_worked_before"], rep_id, day, HISTORY_DAYS)
    return [DayReport.model_validate_json(row["report"]) for row in rows]


async def list_unworked_before(connection: Querier, rep_id: RepId, day: date) -> list[DayReport]:
    """The rep's days between the last day on which they were at work and a day, newest first."""
    rows = await connection.fetch(_QUERIES["list_unworked_before"], rep_id, day)
    return [DayReport.model_validate_json(row["report"]) for row in rows]


async def list_teammates_done(connection: Querier, report: DayReport, *, now: datetime) -> tuple[RepId, ...]:
    """Everybody in the team with a target on the day of the report if all of them have done the plan; otherwise nobody."""
    rep_ids = await connection.fetchval(_QUERIES["list_teammates_done"], report.team.id, report.day, PLAN_DONE_SCORE, now)
    return tuple(rep_ids or ())
