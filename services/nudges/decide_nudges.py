"""Take in a report of a day and decide whether it calls for a word. One transaction, one person at a time."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.nudges import store
from services.nudges.domain.rules import ON_CHANGE
from services.nudges.look_at_teams import note_leaders
from services.nudges.remembered import without_forgotten
from services.nudges.revise_said import revise_said
from services.nudges.situations import situation_of
from services.nudges.speak import Spoken, speak
from services.nudges.take_looks import plan_looks
from shared.events import DayReport
from shared.postgres import Connection


async def decide_nudges(
    pool: asyncpg.Pool, report: DayReport, *, channels: Sequence[str], forget_key: bytes, traceparent: str, now: datetime
) -> tuple[bool, list[Spoken]]:
    """Whether the report was newer than what was known, and what was made of it. Given again, it changes nothing. One of
    somebody who is forgotten is passed over, and managers who are leave no trace of it."""
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, report.rep.id)
        remembered = await without_forgotten(connection, report, forget_key=forget_key)
        if remembered is None:
            return False, []
        report = remembered
        if not await store.merge_day(connection, report):
            return False, []
        revised = await revise_said(connection, report, traceparent=traceparent, now=now)
        await note_leaders(connection, report)
        if report.silent:
            return True, revised
        await plan_looks(connection, report)
        spoken = await _consider(connection, report, channels=channels, traceparent=traceparent, now=now)
    return True, revised + ([spoken] if spoken is not None else [])


async def _consider(
    connection: Connection, report: DayReport, *, channels: Sequence[str], traceparent: str, now: datetime
) -> Spoken | None:
    """The first rule that the day calls for speaks, once a day for all rules that celebrate it."""
    situation = await situation_of(connection, report, now=now)
    called = next((said for rule in ON_CHANGE.values() if (said := rule(situation)) is not None), None)
    if called is None:
        return None
    if await store.is_occasion_taken(connection, report.rep.id, called.occasion, tuple(ON_CHANGE)):
        return None
    return await speak(connection, called, report, channels=channels, traceparent=traceparent, now=now)
