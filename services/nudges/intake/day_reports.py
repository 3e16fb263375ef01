"""Take in a day report and decide about it: one transaction, one person at a time."""

import json
from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.decide.decision_context import DecisionContext
from services.nudges.decide.on_change import decide_on_change
from services.nudges.domain.decision import Outcome
from services.nudges.intake.erased_people import without_erased
from services.nudges.locks import lock_person
from shared.events import DayReport
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def take_in_day_report(
    pool: asyncpg.Pool, report: DayReport, context: DecisionContext, *, erasure_key: bytes
) -> tuple[bool, list[Outcome]]:
    """Whether the report was newer than what was known, and what came of it. Handled again, it changes nothing. A report of
    an erased rep is passed over, and erased managers leave no trace of it."""
    async with pool.acquire() as connection, connection.transaction():
        await lock_person(connection, report.rep.id)
        stored = await without_erased(connection, report, erasure_key=erasure_key)
        if stored is None or not await _merge_day(connection, stored, now=context.now):
            return False, []
        await _record_managers(connection, stored)
        return True, await decide_on_change(connection, stored, context)


async def _merge_day(connection: Connection, report: DayReport, *, now: datetime) -> bool:
    """Store the report if it is newer than what is known. Returns whether it was."""
    counted = [behaviour.key for behaviour in report.behaviours if behaviour.count and not report.silent]
    merged = await connection.fetchval(
        _QUERIES["merge_day"],
        report.rep.id,
        report.day,
        report.revision,
        report.model_dump_json(),
        now if counted else None,
        json.dumps(dict.fromkeys(counted, now.isoformat())),
    )
    return merged is not None


async def _record_managers(connection: Connection, report: DayReport) -> None:
    """Store who leads the rep, when a day opens and when it closes."""
    has_begun = any(behaviour.count for behaviour in report.behaviours)
    if report.managers and (report.state == "closed" or not has_begun):
        managers = sorted(report.managers, key=lambda manager: manager.id)
        await connection.execute(
            _QUERIES["merge_managers_of_rep"],
            report.rep.id,
            report.day,
            [manager.id for manager in managers],
            [manager.name for manager in managers],
            [manager.timezone for manager in managers],
        )
