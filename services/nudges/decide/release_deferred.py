"""Nudges that were held come due. Each is judged anew; what one person may hear now makes one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from services.nudges import store
from services.nudges.context.load_context import situation_of
from services.nudges.decide.announce import telling_anew
from services.nudges.decide.compose import Spoken, Worded, add_part, announce, bundled_with, keep, settlement_of, together, word
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.policy.may_send import Drop, HoldOut, Send, local_day
from services.nudges.decide.policy.selection import is_outdone
from services.nudges.decide.retract import correction_anew
from services.nudges.decide.scheduled import plan_due
from services.nudges.domain.candidate import RULE_CORRECTION, RULE_PLAYBOOK
from services.nudges.domain.day_plan_subscribers import Wanted
from services.nudges.rules import ON_CHANGE, PRIORITIES, RULES, moment_of
from services.nudges.store import Held
from shared.events import DayReport, NudgeKind
from shared.postgres.pool import Connection

_AT_ONCE_MAX: Final = 200
WORKED_DAYS_MAX: Final = 2
_DAYS_MAX: Final = timedelta(days=14)


async def release_held(
    pool: asyncpg.Pool, *, channels: Sequence[str], lottery: Lottery, wanted: Wanted, now: datetime
) -> list[Spoken]:
    """Send what was held and still holds true; hold again or drop the rest."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_people_with_held"], now, _AT_ONCE_MAX):
        async with pool.acquire() as connection, connection.transaction():
            await store.lock_person(connection, row["person_id"])
            for held in await _claim_together(connection, row["person_id"], now=now):
                spoken += await _release(connection, held, channels=channels, lottery=lottery, wanted=wanted, now=now)
    return spoken


async def _claim_together(connection: Connection, person_id: str, *, now: datetime) -> list[list[Held]]:
    """What is due for a person: announcements one by one, all else together, what is most worth saying first."""
    due = await store.claim_held(connection, person_id, now=now)
    announcements = [[held] for held in due if held.kind == NudgeKind.ANNOUNCEMENT]
    others = [held for held in due if held.kind != NudgeKind.ANNOUNCEMENT]
    return [*announcements, sorted(others, key=lambda held: PRIORITIES[held.rule])]


async def _release(
    connection: Connection, due: Sequence[Held], *, channels: Sequence[str], lottery: Lottery, wanted: Wanted, now: datetime
) -> list[Spoken]:
    """Each has a lot of its own: what is not held out is said together, and with it the day's plan where that is due."""
    judged: list[tuple[Held, Worded]] = []
    for held in due:
        said = [(other.rule, other.day) for other, worded in judged if isinstance(worded.verdict, Send | HoldOut)]
        if is_outdone(held.rule, held.day, by=said, praise=ON_CHANGE):
            judged.append((held, _dropped(held, "something greater is said of the same day")))
        else:
            judged.append((held, await _judged_anew(connection, held, lottery=lottery, now=now)))
    speaking = [(held, worded) for held, worded in judged if isinstance(worded.verdict, Send)]
    silent = [(held, worded) for held, worded in judged if not isinstance(worded.verdict, Send)]
    spoken = [await _settle(connection, held, worded, now=now) for held, worded in silent]
    if speaking:
        spoken += await _say_with_plan(connection, speaking, channels=channels, lottery=lottery, wanted=wanted, now=now)
    return spoken


async def _say_with_plan(
    connection: Connection,
    speaking: Sequence[tuple[Held, Worded]],
    *,
    channels: Sequence[str],
    lottery: Lottery,
    wanted: Wanted,
    now: datetime,
) -> list[Spoken]:
    """What may be said, and after it the day's plan where that is due. An announcement stays a message of its own."""
    first = speaking[0][0]
    due = None
    if first.kind != NudgeKind.ANNOUNCEMENT:
        due = await plan_due(connection, first.person_id, timezone=first.timezone, lottery=lottery, wanted=wanted, now=now)
    beside = [due.plan] if due is not None and isinstance(due.plan.verdict, Send) else []
    spoken = await _say_together(connection, speaking, beside=beside, channels=channels, now=now)
    if due is None:
        return spoken
    report = due.report
    how: Any = {"managers": report.managers, "timezone": report.timezone, "traceparent": first.traceparent, "now": now}
    if beside:
        kept = await add_part(connection, due.plan, of=speaking[0][1].nudge, **how)
    else:
        kept = await keep(connection, due.plan, **how, channels=channels)
    return spoken + ([kept] if kept is not None else [])


async def _say_together(
    connection: Connection,
    speaking: Sequence[tuple[Held, Worded]],
    *,
    beside: Sequence[Worded],
    channels: Sequence[str],
    now: datetime,
) -> list[Spoken]:
    """One message: the first nudge carries the words of all, and each of the others points to it."""
    (first, worded), *others = speaking
    parts = [one.nudge for one in (*(one for _, one in speaking), *beside)]
    nudge = together(parts).model_copy(update={"send_at": now})
    sent = settlement_of(worded.verdict, timezone=first.timezone, now=now)
    await store.settle_nudge(connection, nudge, sent, wording=worded.wording)
    await announce(connection, nudge, traceparent=first.traceparent, now=now)
    await connection.execute(store.QUERIES["add_deliveries"], first.id, list(channels), now)
    for _, other in others:
        bundled = bundled_with(first.rule, other.verdict, timezone=first.timezone, now=now)
        part = other.nudge.model_copy(update={"send_at": now})
        await store.settle_nudge(connection, part, bundled, wording=other.wording, said_with=first.id)
    return [Spoken(rule=first.rule, status="sent"), *(Spoken(rule=held.rule, status="bundled") for held, _ in others)]


async def _settle(connection: Connection, held: Held, worded: Worded, *, now: datetime) -> Spoken:
    settlement = settlement_of(worded.verdict, timezone=held.timezone, now=now)
    nudge = worded.nudge.model_copy(update={"send_at": settlement.send_at or now})
    await store.settle_nudge(connection, nudge, settlement, wording=worded.wording)
    return Spoken(rule=held.rule, status=settlement.status)


async def _judged_anew(connection: Connection, held: Held, *, lottery: Lottery, now: datetime) -> Worded:
    """The nudge as its rule would put it now, and whether it may go out."""
    if held.rule == RULE_PLAYBOOK:
        return await telling_anew(connection, held, now=now)
    report = await store.find_day(connection, held.person_id, held.day)
    if report is None:
        return _dropped(held, "its day is no longer known")
    if held.rule == RULE_CORRECTION:
        if await _is_long_ago(connection, report, now=now):
            return _dropped(held, "too long ago")
        return await correction_anew(connection, held, report, lottery=lottery, now=now)
    situation = await situation_of(connection, report, moment=moment_of(held.rule), now=now)
    called = RULES[held.rule](situation)
    if called is None:
        return _dropped(held, "no longer true")
    if called.kind is not NudgeKind.ANNOUNCEMENT and await _is_long_ago(connection, report, now=now):
        return _dropped(held, "too long ago")
    times = {"decided_at": held.nudge.decided_at, "send_at": held.nudge.send_at}
    return await word(connection, called, report, lottery=lottery, **times, now=now)


def _dropped(held: Held, because: str) -> Worded:
    return Worded(nudge=held.nudge, wording=0, verdict=Drop(because=because))


async def _is_long_ago(connection: Connection, report: DayReport, *, now: datetime) -> bool:
    """Whether more than two worked days have begun since the day."""
    today = local_day(now, report.timezone)
    if today - report.day > _DAYS_MAX:
        return True
    since = await store.list_worked_before(connection, report.rep.id, today + timedelta(days=1))
    return sum(day.day > report.day for day in since) > WORKED_DAYS_MAX
