"""What comes due with time: checks in the middle of the day, and nudges that were held. Each is judged anew."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.nudges import store
from services.nudges.domain.history import history_of, is_worked
from services.nudges.domain.policy import Drop, Verdict, local_day
from services.nudges.domain.rules import AT_MIDDAY, ON_CHANGE
from services.nudges.speak import Spoken, announce, nudge_of, settlement_of, speak, verdict_on
from services.nudges.store import Held
from services.nudges.tell_definition import telling_anew
from shared.events import DayReport, Nudge, NudgeKind
from shared.postgres import Connection
from shared.trace import continue_trace

_AT_ONCE_MAX: Final = 200
WORKED_DAYS_MAX: Final = 2
_DAYS_MAX: Final = timedelta(days=14)


async def check_middays(pool: asyncpg.Pool, *, channels: Sequence[str], now: datetime) -> list[Spoken]:
    """Look at every rep the middle of whose working day has passed. Each look happens once over all replicas."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_due_checks"], now, _AT_ONCE_MAX):
        said = await _check(pool, row["rep_id"], row["day"], channels=channels, now=now)
        spoken += [said] if said is not None else []
    return spoken


async def release_held(pool: asyncpg.Pool, *, channels: Sequence[str], now: datetime) -> list[Spoken]:
    """Send what was held and still holds true; hold again or drop the rest."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_due_held"], now, _AT_ONCE_MAX):
        async with pool.acquire() as connection, connection.transaction():
            await store.lock_person(connection, row["person_id"])
            held = await store.claim_held(connection, row["id"])
            if held is not None:
                spoken.append(await _release(connection, held, channels=channels, now=now))
    return spoken


async def _check(pool: asyncpg.Pool, rep_id: str, day: date, *, channels: Sequence[str], now: datetime) -> Spoken | None:
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, rep_id)
        if await connection.fetchval(store.QUERIES["mark_check_done"], rep_id, day) is None:
            return None
        report = await store.find_day(connection, rep_id, day)
        if report is None:
            return None
        history = history_of(await store.list_days_before(connection, rep_id, day))
        for rule in AT_MIDDAY.values():
            called = rule(report, history, now)
            if called is not None:
                trace = continue_trace(None)
                return await speak(connection, called, report, channels=channels, traceparent=trace, now=now)
    return None


async def _release(connection: Connection, held: Held, *, channels: Sequence[str], now: datetime) -> Spoken:
    nudge, verdict = await _judged_anew(connection, held, now=now)
    settlement = settlement_of(verdict, timezone=held.timezone, now=now)
    nudge = nudge.model_copy(update={"send_at": settlement.send_at or now})
    await store.settle_nudge(connection, nudge, settlement)
    if settlement.status == "sent":
        await announce(connection, nudge, traceparent=held.traceparent, now=now)
        await connection.execute(store.QUERIES["add_deliveries"], held.id, list(channels), now)
    return Spoken(rule=held.rule, status=settlement.status)


async def _judged_anew(connection: Connection, held: Held, *, now: datetime) -> tuple[Nudge, Verdict]:
    """The nudge as its rule would put it now, and whether it may go out."""
    if held.kind == NudgeKind.ANNOUNCEMENT:
        return await telling_anew(connection, held, now=now)
    report = await store.find_day(connection, held.person_id, held.day)
    if report is None:
        return held.nudge, Drop(because="its day is no longer known")
    history = history_of(await store.list_days_before(connection, held.person_id, held.day))
    called = ON_CHANGE[held.rule](report, history, now)
    if called is None:
        return held.nudge, Drop(because="no longer true")
    if await _is_long_ago(connection, report, now=now):
        return held.nudge, Drop(because="too long ago")
    fresh = nudge_of(called, report, last_said=None, decided_at=held.nudge.decided_at, send_at=held.nudge.send_at)
    kind = NudgeKind(held.kind)
    return fresh, await verdict_on(connection, kind, person_id=held.person_id, timezone=held.timezone, now=now)


async def _is_long_ago(connection: Connection, report: DayReport, *, now: datetime) -> bool:
    """Whether more than two worked days have begun since the day."""
    today = local_day(now, report.timezone)
    if today - report.day > _DAYS_MAX:
        return True
    since = await store.list_days_before(connection, report.rep.id, today + timedelta(days=1))
    return sum(is_worked(day) for day in since if day.day > report.day) > WORKED_DAYS_MAX
