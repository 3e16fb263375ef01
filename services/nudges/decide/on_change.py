"""Take in a report of a day and decide whether it calls for a word. One transaction, one person at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.nudges import store
from services.nudges.context.load_context import said_to, situation_of
from services.nudges.context.rule_context import Situation
from services.nudges.decide.climb_ladders import climb_ladders
from services.nudges.decide.compose import Spoken, speak
from services.nudges.decide.manager_digests import note_leaders
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.policy.selection import calls_of, may_still_speak
from services.nudges.decide.retract import revise_said
from services.nudges.decide.scheduled import plan_looks, plan_team_looks
from services.nudges.domain.history import is_plan_done
from services.nudges.intake.erased_people import without_forgotten
from services.nudges.rules import ON_CHANGE, PRIORITIES
from shared.events import DayReport
from shared.postgres.pool import Connection


async def decide_nudges(
    pool: asyncpg.Pool,
    report: DayReport,
    *,
    channels: Sequence[str],
    lottery: Lottery,
    forget_key: bytes,
    traceparent: str,
    now: datetime,
) -> tuple[bool, list[Spoken]]:
    """Whether the report was newer than what was known, and what was made of it. Given again, it changes nothing. One of
    somebody who is forgotten is passed over, and managers who are leave no trace of it."""
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, report.rep.id)
        remembered = await without_forgotten(connection, report, forget_key=forget_key)
        if remembered is None:
            return False, []
        report = remembered
        if not await store.merge_day(connection, report, now=now):
            return False, []
        if is_plan_done(report) and not report.silent:
            await connection.execute(store.QUERIES["lock_team"], report.team.id)
        situation = await situation_of(connection, report, now=now) if not report.silent else None
        revised = await revise_said(connection, report, situation, traceparent=traceparent, now=now)
        await note_leaders(connection, report)
        if situation is None:
            return True, revised
        await plan_looks(connection, report)
        await plan_team_looks(connection, situation)
        how: Any = {"channels": channels, "lottery": lottery, "traceparent": traceparent}
        situation, spoken = await climb_ladders(connection, situation, **how)
        spoken += await _praise(connection, situation, **how)
    return True, revised + spoken


async def _praise(
    connection: Connection, situation: Situation, *, channels: Sequence[str], lottery: Lottery, traceparent: str
) -> list[Spoken]:
    """The first rule that the day calls for speaks, the next where that is refused; later on only one that is worth more."""
    report, now = situation.report, situation.now
    calls = calls_of(ON_CHANGE, situation)
    if not calls:
        return []
    heard = await store.list_rules_about(connection, report.rep.id, report.day, tuple(ON_CHANGE))
    said = await said_to(connection, report.rep.id, timezone=report.timezone, now=now)
    spoken: list[Spoken] = []
    for called in may_still_speak(calls, priorities=PRIORITIES, heard=heard, said=said, day=report.day):
        what_came = await speak(
            connection, called, report, channels=channels, lottery=lottery, traceparent=traceparent, now=now
        )
        if what_came is not None:
            spoken.append(what_came)
            if what_came.status != "dropped":
                break
    return spoken
