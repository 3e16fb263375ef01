"""Say something, or note why not: policy, the nudge, its deliveries and its announcement, within one transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.nudges import store
from services.nudges.domain.nudge import Called
from services.nudges.domain.policy import Hold, Person, Send, Shortfall, Verdict, local_day, may_speak
from services.nudges.domain.wording import pick
from services.nudges.store import Settlement
from shared.events import NUDGE_DECIDED, DayReport, Nudge, NudgeKind
from shared.postgres import Connection

_NUDGES: Final = uuid.UUID("6f3c2f0e-6e0e-4a57-9d1b-3a4b5c6d7e8f")


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """What became of a call for a word: sent, held or dropped."""

    rule: str
    status: str


async def verdict_on(
    connection: Connection,
    kind: NudgeKind,
    *,
    person_id: str,
    timezone: str,
    shortfall: Shortfall | None = None,
    now: datetime,
) -> Verdict:
    """What policy says, from what is stored of the person's day. Needs the person's lock."""
    day = local_day(now, timezone)
    person = Person(
        timezone=timezone,
        today=await store.find_day(connection, person_id, day),
        spoken_today=await connection.fetchval(store.QUERIES["count_sent"], person_id, day),
    )
    return may_speak(kind, person, shortfall=shortfall, now=now)


async def shortfall_of(connection: Connection, report: DayReport) -> Shortfall:
    """The day as it would be held against the person."""
    told_at = await connection.fetchval(store.QUERIES["find_told_at"], report.rep.id, report.playbook_version)
    return Shortfall(day=report.day, told_at=told_at)


def settlement_of(verdict: Verdict, *, timezone: str, now: datetime) -> Settlement:
    if isinstance(verdict, Send):
        return Settlement(status="sent", because="", send_at=now, sent_day=local_day(now, timezone))
    if isinstance(verdict, Hold):
        return Settlement(status="held", because=verdict.because, send_at=verdict.until, sent_day=None)
    return Settlement(status="dropped", because=verdict.because, send_at=None, sent_day=None)


async def speak(
    connection: Connection, called: Called, report: DayReport, *, channels: Sequence[str], traceparent: str, now: datetime
) -> Spoken | None:
    """Bring a call before policy and keep what comes of it; None when the occasion has had its nudge. Needs the person's
    lock."""
    shortfall = await shortfall_of(connection, report) if called.is_shortfall else None
    verdict = await verdict_on(
        connection, called.kind, person_id=report.rep.id, timezone=report.timezone, shortfall=shortfall, now=now
    )
    settlement = settlement_of(verdict, timezone=report.timezone, now=now)
    last = await connection.fetchval(store.QUERIES["find_last_text"], report.rep.id, called.rule)
    nudge = nudge_of(called, report, last_said=last, decided_at=now, send_at=settlement.send_at or now)
    added = await store.add_nudge(
        connection,
        nudge,
        settlement,
        managers=[manager.id for manager in report.managers],
        timezone=report.timezone,
        traceparent=traceparent,
    )
    if not added:
        return None
    if settlement.status != "dropped":
        await announce(connection, nudge, traceparent=traceparent, now=now)
    if settlement.status == "sent":
        await connection.execute(store.QUERIES["add_deliveries"], nudge.id, list(channels), now)
    return Spoken(rule=called.rule, status=settlement.status)


async def announce(connection: Connection, nudge: Nudge, *, traceparent: str, now: datetime) -> None:
    """Put `nudge.decided.v1` into the outbox. One id a nudge and time: a held one is announced again when it goes out."""
    await store.enqueue_event(
        connection,
        event_id=f"{nudge.id}:{nudge.send_at.isoformat()}",
        event_type=NUDGE_DECIDED,
        subject=nudge.person.id,
        body=nudge,
        traceparent=traceparent,
        at=now,
    )


def nudge_of(called: Called, report: DayReport, *, last_said: str | None, decided_at: datetime, send_at: datetime) -> Nudge:
    """The nudge that a call for a word about a day makes."""
    return Nudge(
        id=nudge_id_of(called.rule, report.rep.id, called.occasion),
        kind=called.kind,
        rule=called.rule,
        person=report.rep,
        team=report.team,
        occasion=called.occasion,
        day=report.day,
        text=pick(called.wordings, seed=identity_of(called.rule, report.rep.id, called.occasion), last_said=last_said),
        reason=called.reason,
        playbook_from=report.playbook_from,
        revision=report.revision,
        decided_at=decided_at,
        send_at=send_at,
    )


def nudge_id_of(rule: str, person_id: str, occasion: str) -> str:
    """The same wherever it is made."""
    return str(uuid.uuid5(_NUDGES, identity_of(rule, person_id, occasion)))


def identity_of(rule: str, person_id: str, occasion: str) -> str:
    return f"{rule}:{person_id}:{occasion}"
