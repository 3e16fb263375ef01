"""Look at people's days at the moments that are planned for them, and say what the rules of the moment call for."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges import store
from services.nudges.domain.moments import Moment, moments_of
from services.nudges.domain.nudge import Called
from services.nudges.domain.policy import rests
from services.nudges.domain.rules import AT_MOMENTS
from services.nudges.situations import said_to, situation_of
from services.nudges.speak import Spoken, speak
from shared.events import DayReport
from shared.postgres import Connection
from shared.trace import continue_trace

_AT_ONCE_MAX: Final = 200


async def plan_looks(connection: Connection, report: DayReport) -> None:
    """At each moment of an open working day, once."""
    moments = moments_of(report)
    if moments:
        arguments = [moment.value for moment in moments], list(moments.values())
        await connection.execute(store.QUERIES["add_looks"], report.rep.id, report.day, *arguments)


async def take_looks(pool: asyncpg.Pool, *, channels: Sequence[str], now: datetime) -> list[Spoken]:
    """Take every look that is due. Each is taken once over all replicas."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_due_looks"], now, _AT_ONCE_MAX):
        said = await _look(pool, row["rep_id"], row["day"], Moment(row["moment"]), channels=channels, now=now)
        spoken += [said] if said is not None else []
    return spoken


async def _look(
    pool: asyncpg.Pool, rep_id: str, day: date, moment: Moment, *, channels: Sequence[str], now: datetime
) -> Spoken | None:
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, rep_id)
        report = await store.find_day(connection, rep_id, day)
        seen = None if report is None else json.dumps({one.key: one.count for one in report.behaviours if one.target > 0})
        if await connection.fetchval(store.QUERIES["mark_look_done"], rep_id, day, moment.value, now, seen) is None:
            return None
        if report is None or not AT_MOMENTS[moment]:
            return None
        called = await _called(connection, report, moment, now=now)
        if called is None:
            return None
        return await speak(connection, called, report, channels=channels, traceparent=continue_trace(None), now=now)


async def _called(connection: Connection, report: DayReport, moment: Moment, *, now: datetime) -> Called | None:
    """What the first rule has to say that does not rest; those after it are not kept from speaking by one that does."""
    situation = await situation_of(connection, report, moment=moment, now=now)
    said = await said_to(connection, report.rep.id, timezone=report.timezone, now=now)
    calls = (rule(situation) for rule in AT_MOMENTS[moment].values())
    return next((called for called in calls if called is not None and not rests(called, said, today=report.day)), None)
