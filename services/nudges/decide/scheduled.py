"""Look at people's days at the moments that are planned for them, and say what the rules of the moment call for."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import asyncpg

from services.nudges import store
from services.nudges.context.load_context import said_to, situation_of
from services.nudges.context.rule_context import Situation
from services.nudges.decide.compose import Spoken, Worded, keep_together, word
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.policy.may_send import HoldOut, Send, is_resting, local_day
from services.nudges.decide.policy.selection import calls_of
from services.nudges.domain.candidate import ASKED_FOR, Called
from services.nudges.domain.day_plan_subscribers import Wanted
from services.nudges.domain.moments import Moment, moments_of
from services.nudges.rules import AT_MOMENTS
from services.nudges.rules.day_plan import day_plan
from shared.events import DayReport
from shared.postgres.pool import Connection
from shared.trace import continue_trace

_AT_ONCE_MAX: Final = 200


class DuePlan(NamedTuple):
    """The plan of a day, as it is put, and the day."""

    report: DayReport
    plan: Worded


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


async def take_looks(
    pool: asyncpg.Pool, *, channels: Sequence[str], lottery: Lottery, wanted: Wanted, now: datetime
) -> list[Spoken]:
    """Take every look that is due. Each is taken once over all replicas."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_due_looks"], now, _AT_ONCE_MAX):
        how: Any = {"channels": channels, "lottery": lottery, "wanted": wanted}
        spoken += await _look(pool, row["rep_id"], row["day"], Moment(row["moment"]), **how, now=now)
    return spoken


async def _look(
    pool: asyncpg.Pool,
    rep_id: str,
    day: date,
    moment: Moment,
    *,
    channels: Sequence[str],
    lottery: Lottery,
    wanted: Wanted,
    now: datetime,
) -> list[Spoken]:
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, rep_id)
        report = await store.find_day(connection, rep_id, day)
        seen = None if report is None else json.dumps({one.key: one.count for one in report.behaviours if one.target > 0})
        if await connection.fetchval(store.QUERIES["mark_look_done"], rep_id, day, moment.value, now, seen) is None:
            return []
        if report is None or not AT_MOMENTS[moment]:
            return []
        calls = await _calls(connection, report, moment, wanted=wanted, now=now)
        times: Any = {"decided_at": now, "send_at": now, "now": now}
        judged = [await word(connection, called, report, lottery=lottery, **times) for called in calls]
        how: Any = {"managers": report.managers, "timezone": report.timezone, "traceparent": continue_trace(None)}
        return await keep_together(connection, judged, **how, channels=channels, now=now)


async def _calls(connection: Connection, report: DayReport, moment: Moment, *, wanted: Wanted, now: datetime) -> list[Called]:
    """What the first rule has to say that does not rest, since those after it are not kept from speaking by one that does; and
    what is said beside it, unless that went out already with what had waited."""
    situation = await situation_of(connection, report, moment=moment, wanted=wanted, now=now)
    calls = calls_of(AT_MOMENTS[moment], situation)
    if not calls:
        return []
    said = await said_to(connection, report.rep.id, timezone=report.timezone, now=now)
    first = [called for called in calls if called.rule not in ASKED_FOR and not is_resting(called, said, report.day)][:1]
    heard = await store.list_rules_about(connection, report.rep.id, report.day, sorted(ASKED_FOR))
    return first + [called for called in calls if called.rule in ASKED_FOR and called.rule not in heard]


async def plan_due(
    connection: Connection, rep_id: str, *, timezone: str, lottery: Lottery, wanted: Wanted, now: datetime
) -> DuePlan | None:
    """The day's plan where the look of the morning is due, for it to go with what is released just then; None when it is not
    wanted or may not be said. Needs the person's lock."""
    day = local_day(now, timezone)
    report = await store.find_day(connection, rep_id, day)
    if report is None or not wanted.by(report):
        return None
    if await connection.fetchval(store.QUERIES["find_due_look"], rep_id, day, Moment.MORNING.value, now) is None:
        return None
    called = day_plan(await situation_of(connection, report, moment=Moment.MORNING, wanted=wanted, now=now))
    if called is None:
        return None
    worded = await word(connection, called, report, lottery=lottery, decided_at=now, send_at=now, now=now)
    return DuePlan(report, worded) if isinstance(worded.verdict, Send | HoldOut) else None
