"""Look at people's days at the moments that are planned for them, and say what the rules of the moment call for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges import store
from services.nudges.domain.choosing import calls_of
from services.nudges.domain.lot import Lottery
from services.nudges.domain.moments import Moment, moments_of
from services.nudges.domain.rules import AT_MOMENTS
from services.nudges.domain.situation import Situation
from services.nudges.situations import situation_of
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


async def plan_team_looks(connection: Connection, situation: Situation) -> None:
    """Once the last of a team has done the plan of a day: at each one's day, now."""
    rules = AT_MOMENTS[Moment.TEAM_DONE]
    if calls_of(rules, situation):
        day, team = situation.report.day, list(situation.team_done)
        arguments = team, day, Moment.TEAM_DONE.value, situation.now, list(rules)
        await connection.execute(store.QUERIES["add_looks_of_team"], *arguments)


async def take_looks(pool: asyncpg.Pool, *, channels: Sequence[str], lottery: Lottery, now: datetime) -> list[Spoken]:
    """Take every look that is due. Each is taken once over all replicas."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_due_looks"], now, _AT_ONCE_MAX):
        said = await _look(pool, row["rep_id"], row["day"], Moment(row["moment"]), channels=channels, lottery=lottery, now=now)
        spoken += [said] if said is not None else []
    return spoken


async def _look(
    pool: asyncpg.Pool, rep_id: str, day: date, moment: Moment, *, channels: Sequence[str], lottery: Lottery, now: datetime
) -> Spoken | None:
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, rep_id)
        if await connection.fetchval(store.QUERIES["mark_look_done"], rep_id, day, moment.value) is None:
            return None
        report = await store.find_day(connection, rep_id, day)
        if report is None or not AT_MOMENTS[moment]:
            return None
        situation = await situation_of(connection, report, now=now)
        called = next((said for rule in AT_MOMENTS[moment].values() if (said := rule(situation)) is not None), None)
        if called is None:
            return None
        trace = continue_trace(None)
        return await speak(connection, called, report, channels=channels, lottery=lottery, traceparent=trace, now=now)
