"""Nudges that were held come due. Each is judged anew; what one person may hear now makes one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges import store
from services.nudges.domain.history import is_worked
from services.nudges.domain.nudge import RULE_CORRECTION
from services.nudges.domain.policy import Drop, Send, local_day
from services.nudges.domain.rules import PRIORITIES, RULES
from services.nudges.revise_said import correction_anew
from services.nudges.situations import situation_of
from services.nudges.speak import Spoken, Worded, announce, settlement_of, word
from services.nudges.store import Held, Settlement
from services.nudges.tell_definition import telling_anew
from shared.events import DayReport, NudgeKind
from shared.postgres import Connection

_AT_ONCE_MAX: Final = 200
WORKED_DAYS_MAX: Final = 2
_DAYS_MAX: Final = timedelta(days=14)


async def release_held(pool: asyncpg.Pool, *, channels: Sequence[str], now: datetime) -> list[Spoken]:
    """Send what was held and still holds true; hold again or drop the rest."""
    spoken: list[Spoken] = []
    for row in await pool.fetch(store.QUERIES["list_people_with_held"], now, _AT_ONCE_MAX):
        async with pool.acquire() as connection, connection.transaction():
            await store.lock_person(connection, row["person_id"])
            for held in await _claim_together(connection, row["person_id"], now=now):
                spoken += await _release(connection, held, channels=channels, now=now)
    return spoken


async def _claim_together(connection: Connection, person_id: str, *, now: datetime) -> list[list[Held]]:
    """What is due for a person: announcements one by one, all else together, what is most worth saying first."""
    due = await store.claim_held(connection, person_id, now=now)
    announcements = [[held] for held in due if held.kind == NudgeKind.ANNOUNCEMENT]
    others = [held for held in due if held.kind != NudgeKind.ANNOUNCEMENT]
    return [*announcements, sorted(others, key=lambda held: PRIORITIES[held.rule])]


async def _release(connection: Connection, due: Sequence[Held], *, channels: Sequence[str], now: datetime) -> list[Spoken]:
    judged = [(held, await _judged_anew(connection, held, now=now)) for held in due]
    speaking = [(held, worded) for held, worded in judged if isinstance(worded.verdict, Send)]
    silent = [(held, worded) for held, worded in judged if not isinstance(worded.verdict, Send)]
    spoken = [await _settle(connection, held, worded, now=now) for held, worded in silent]
    if speaking:
        spoken += await _say_together(connection, speaking, channels=channels, now=now)
    return spoken


async def _say_together(
    connection: Connection, speaking: Sequence[tuple[Held, Worded]], *, channels: Sequence[str], now: datetime
) -> list[Spoken]:
    """One message: the first nudge carries the words of all, and each of the others points to it."""
    (first, worded), *others = speaking
    parts = [worded.nudge, *(other.nudge for _, other in others)]
    nudge = worded.nudge.model_copy(
        update={
            "text": "\n".join(part.text for part in parts),
            "reason": "\n".join(part.reason for part in parts),
            "send_at": now,
        }
    )
    sent = settlement_of(Send(), timezone=first.timezone, now=now)
    await store.settle_nudge(connection, nudge, sent, wording=worded.wording)
    await announce(connection, nudge, traceparent=first.traceparent, now=now)
    await connection.execute(store.QUERIES["add_deliveries"], first.id, list(channels), now)
    bundled = Settlement(status="bundled", because=f"said together with {first.rule}", send_at=now, sent_day=sent.sent_day)
    for _, other in others:
        part = other.nudge.model_copy(update={"send_at": now})
        await store.settle_nudge(connection, part, bundled, wording=other.wording, said_with=first.id)
    return [Spoken(rule=first.rule, status="sent"), *(Spoken(rule=held.rule, status="bundled") for held, _ in others)]


async def _settle(connection: Connection, held: Held, worded: Worded, *, now: datetime) -> Spoken:
    settlement = settlement_of(worded.verdict, timezone=held.timezone, now=now)
    nudge = worded.nudge.model_copy(update={"send_at": settlement.send_at or now})
    await store.settle_nudge(connection, nudge, settlement, wording=worded.wording)
    return Spoken(rule=held.rule, status=settlement.status)


async def _judged_anew(connection: Connection, held: Held, *, now: datetime) -> Worded:
    """The nudge as its rule would put it now, and whether it may go out."""
    if held.kind == NudgeKind.ANNOUNCEMENT:
        nudge, verdict = await telling_anew(connection, held, now=now)
        return Worded(nudge=nudge, wording=0, verdict=verdict)
    report = await store.find_day(connection, held.person_id, held.day)
    if report is None:
        return _dropped(held, "its day is no longer known")
    if held.rule == RULE_CORRECTION:
        if await _is_long_ago(connection, report, now=now):
            return _dropped(held, "too long ago")
        return await correction_anew(connection, held, report, now=now)
    called = RULES[held.rule](await situation_of(connection, report, now=now))
    if called is None:
        return _dropped(held, "no longer true")
    if await _is_long_ago(connection, report, now=now):
        return _dropped(held, "too long ago")
    times = {"decided_at": held.nudge.decided_at, "send_at": held.nudge.send_at}
    return await word(connection, called, report, **times, now=now)


def _dropped(held: Held, because: str) -> Worded:
    return Worded(nudge=held.nudge, wording=0, verdict=Drop(because=because))


async def _is_long_ago(connection: Connection, report: DayReport, *, now: datetime) -> bool:
    """Whether more than two worked days have begun since the day."""
    today = local_day(now, report.timezone)
    if today - report.day > _DAYS_MAX:
        return True
    since = await store.list_days_before(connection, report.rep.id, today + timedelta(days=1))
    return sum(is_worked(day) for day in since if day.day > report.day) > WORKED_DAYS_MAX
