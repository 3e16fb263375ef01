"""Once in each working morning of a manager: what there is to say of their team, in one message."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

import asyncpg

from services.nudges import store
from services.nudges.context.load_context import objections_of, said_to
from services.nudges.context.load_team_context import SEEN_WITHIN, Leading, team_situation_of
from services.nudges.context.team_context import next_look, working_time_of_manager
from services.nudges.decide.compose import Spoken, Worded, keep_together, nudge_id_of, wording_of
from services.nudges.decide.policy.may_send import Drop, local_day, may_speak
from services.nudges.decide.policy.may_send import Person as Reached
from services.nudges.domain.candidate import RULE_RECOGNITION_DUE, RULE_WEEKLY_BRIEF, Called
from services.nudges.rules import FOR_MANAGERS
from shared.events import DayReport, Nudge
from shared.postgres.pool import Connection
from shared.trace import continue_trace

_AT_ONCE_MAX: Final = 200


async def note_leaders(connection: Connection, report: DayReport) -> None:
    """Keep who leads the rep, as a day opens and as it closes."""
    if report.managers and (report.state == "closed" or not any(one.count for one in report.behaviours)):
        managers = sorted(report.managers, key=lambda manager: manager.id)
        columns = [one.id for one in managers], [one.name for one in managers], [one.timezone for one in managers]
        await connection.execute(store.QUERIES["merge_led"], report.rep.id, report.day, *columns)


async def look_at_teams(pool: asyncpg.Pool, *, channels: Sequence[str], look_at: time, now: datetime) -> list[Spoken]:
    """Take every look that is due, and plan each manager's next: at `look_at` on their own clock."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_due_team_looks"], now, _AT_ONCE_MAX):
        spoken += await _look(pool, row["manager_id"], row["day"], channels=channels, now=now)
    for row in await pool.fetch(store.QUERIES["list_unplanned_leaders"], local_day(now, "UTC") - SEEN_WITHIN):
        due_at = next_look(row["timezone"], look_at=look_at, now=now)
        day = local_day(due_at, row["timezone"])
        await pool.execute(store.QUERIES["add_looks"], row["manager_id"], day, ["team"], [due_at])
    return spoken


async def _look(pool: asyncpg.Pool, manager_id: str, day: date, *, channels: Sequence[str], now: datetime) -> list[Spoken]:
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, manager_id)
        if await connection.fetchval(store.QUERIES["mark_look_done"], manager_id, day, "team", now, None) is None:
            return []
        found = await team_situation_of(connection, manager_id, now=now)
        if found is None:
            return []
        leading, situation = found
        called = {name: one for name, rule in FOR_MANAGERS.items() if (one := rule(situation)) is not None}
        if RULE_WEEKLY_BRIEF in called:
            called.pop(RULE_RECOGNITION_DUE, None)  # one thing to do at a time
        return await _say(connection, leading, list(called.values()), channels=channels, now=now)


async def _say(
    connection: Connection, leading: Leading, calls: Sequence[Called], *, channels: Sequence[str], now: datetime
) -> list[Spoken]:
    """What may be said makes one message: the first nudge carries the words of all. What may not be said now is dropped, since
    tomorrow has a morning of its own."""
    judged = [await _judge(connection, leading, called, now=now) for called in calls]
    how: Any = {"managers": [leading.manager], "timezone": leading.timezone, "traceparent": continue_trace(None)}
    return await keep_together(connection, judged, **how, channels=channels, now=now)


async def _judge(connection: Connection, leading: Leading, called: Called, *, now: datetime) -> Worded:
    manager, timezone = leading.manager, leading.timezone
    said = await said_to(connection, manager.id, timezone=timezone, now=now)
    objections = await objections_of(connection, manager.id, timezone=timezone, now=now)
    reached = Reached(timezone=timezone, today=working_time_of_manager(leading.today, timezone))
    verdict = may_speak(called, reached, said, objections=objections, now=now)
    wording = wording_of(called, manager.id, said)
    if wording is None:
        wording, verdict = 0, Drop(because="every way to say it was used lately")
    nudge = Nudge(
        id=nudge_id_of(called.rule, manager.id, called.occasion),
        kind=called.kind,
        rule=called.rule,
        person=manager,
        team=leading.team,
        occasion=called.occasion,
        day=leading.today,
        text=called.wordings[wording],
        reason=called.reason,
        playbook_from=None,
        revision=0,
        decided_at=now,
        send_at=now,
        about=tuple(called.about),
    )
    return Worded(nudge=nudge, wording=wording, verdict=verdict)
