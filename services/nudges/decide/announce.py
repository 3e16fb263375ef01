"""Take in the announcement of a definition and tell the rep of it: in their working time, outside of their budget."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg

from services.nudges import store
from services.nudges.context.load_context import person_of, said_to
from services.nudges.decide.compose import Spoken, Worded, keep, nudge_id_of
from services.nudges.decide.policy.may_send import DAY_UNKNOWN, Drop, Hold, Verdict, local_day, may_speak
from services.nudges.domain.announcements import Definition, is_current, occasion_of, telling
from services.nudges.domain.candidate import RULE_PLAYBOOK
from services.nudges.intake.erased_people import without_forgotten
from services.nudges.store import Held
from shared.events import Nudge, PlaybookAnnounced, PlaybookWithdrawn
from shared.postgres.pool import Connection

_UNSEEN_MAX: Final = timedelta(days=14)
"""After so long without a day of theirs being opened, it is taken that a rep has left."""


async def tell_definition(
    pool: asyncpg.Pool,
    announced: PlaybookAnnounced,
    *,
    channels: Sequence[str],
    forget_key: bytes,
    traceparent: str,
    now: datetime,
) -> tuple[bool, Spoken | None]:
    """Whether the announcement was newer than what was known, and what was made of it. Given again, it changes nothing. One to
    somebody who is forgotten is passed over."""
    rep_id = announced.rep.id
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_person(connection, rep_id)
        remembered = await without_forgotten(connection, announced, forget_key=forget_key)
        if remembered is None:
            return False, None
        announced = remembered
        nudge_id = nudge_id_of(RULE_PLAYBOOK, rep_id, occasion_of(announced))
        if not await store.merge_announcement(connection, announced, nudge_id=nudge_id):
            return False, None
        known = await store.list_definitions(connection, rep_id)
        told = next(one for one in known if one.nudge_id == nudge_id)
        nudge = _nudge_of(told, decided_at=now, send_at=now, now=now)
        worded = Worded(nudge=nudge, wording=0, verdict=await _verdict_on(connection, told, known, now=now))
        who: Any = {"managers": announced.managers, "timezone": announced.timezone}
        return True, await keep(connection, worded, **who, channels=channels, traceparent=traceparent, now=now)


async def withdraw_definition(pool: asyncpg.Pool, withdrawn: PlaybookWithdrawn) -> bool:
    """Whether this was news. A message that waits finds it out when its time comes; what was said stays said."""
    arguments = withdrawn.rep_id, withdrawn.version, withdrawn.times, withdrawn.withdrawn_at
    return await pool.fetchval(store.QUERIES["withdraw_announcement"], *arguments) is not None


async def telling_anew(connection: Connection, held: Held, *, now: datetime) -> Worded:
    """What was held, as it would be put now, and whether it may go out. Needs the person's lock."""
    known = await store.list_definitions(connection, held.person_id)
    told = next((one for one in known if one.nudge_id == held.id), None)
    if told is None:
        return Worded(nudge=held.nudge, wording=0, verdict=Drop(because="it will not come to that any more"))
    nudge = _nudge_of(told, decided_at=held.nudge.decided_at, send_at=held.nudge.send_at, now=now)
    return Worded(nudge=nudge, wording=0, verdict=await _verdict_on(connection, told, known, now=now))


async def _verdict_on(connection: Connection, told: Definition, known: Sequence[Definition], *, now: datetime) -> Verdict:
    announced = told.announced
    if not is_current(told, known, today=local_day(now, announced.timezone)):
        return Drop(because="another definition has taken its place")
    if told.acknowledged_at is not None:
        return Drop(because="it was read before it was sent")
    rep_id, timezone = announced.rep.id, announced.timezone
    person = await person_of(connection, rep_id, timezone=timezone, now=now)
    said = await said_to(connection, rep_id, timezone=timezone, now=now)
    verdict = may_speak(telling(announced, today=local_day(now, timezone)), person, said, now=now)
    binds_at = datetime.combine(announced.binds_from, time.min, tzinfo=ZoneInfo(announced.timezone))
    is_unseen = now - max(announced.announced_at, binds_at) > _UNSEEN_MAX
    if is_unseen and isinstance(verdict, Hold) and verdict.because == DAY_UNKNOWN:
        return Drop(because="no day of theirs is opened any more")
    return verdict


def _nudge_of(told: Definition, *, decided_at: datetime, send_at: datetime, now: datetime) -> Nudge:
    announced = told.announced
    called = telling(announced, today=local_day(now, announced.timezone))
    return Nudge(
        id=told.nudge_id,
        kind=called.kind,
        rule=called.rule,
        person=announced.rep,
        team=announced.team,
        occasion=called.occasion,
        day=announced.binds_from,
        text=called.wordings[0],
        reason=called.reason,
        playbook_from=announced.effective_from,
        revision=0,
        decided_at=decided_at,
        send_at=send_at,
    )
