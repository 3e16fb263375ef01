"""Say something, or note why not: policy, the nudge, its deliveries and its announcement, within one transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from services.nudges import store
from services.nudges.context.load_context import objections_of, person_of, quiet_feed_of, said_to, shortfall_of
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.policy.may_send import Drop, Hold, HoldOut, Send, Verdict, local_day, may_speak
from services.nudges.domain.candidate import Called
from services.nudges.domain.phrases import pick
from services.nudges.domain.recent_nudges import Said
from services.nudges.store import Settlement
from shared.events import NUDGE_DECIDED, DayReport, Nudge, NudgePart, Person
from shared.postgres.pool import Connection

HELD_OUT: Final = "held out by lot, to measure what sending does"
_NUDGES: Final = uuid.UUID("6f3c2f0e-6e0e-4a57-9d1b-3a4b5c6d7e8f")


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """What became of a call for a word: sent, bundled, held, held out or dropped; or, when it was sent before, revised."""

    rule: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Worded:
    """A nudge with the number of its wording, and what policy says of it."""

    nudge: Nudge
    wording: int
    verdict: Verdict


async def word(
    connection: Connection,
    called: Called,
    report: DayReport,
    *,
    lottery: Lottery,
    decided_at: datetime,
    send_at: datetime,
    now: datetime,
) -> Worded:
    """Put a call about a rep's day into words and bring it before policy. Needs the person's lock."""
    rep_id, timezone = report.rep.id, report.timezone
    said = await said_to(connection, rep_id, timezone=timezone, now=now)
    person = await person_of(connection, rep_id, timezone=timezone, now=now)
    weighed: Any = {
        "shortfall": await shortfall_of(connection, called, report) if called.is_shortfall else None,
        "quiet_feed": await quiet_feed_of(connection, report) if called.is_shortfall else None,
        "objections": await objections_of(connection, rep_id, timezone=timezone, now=now),
        "lot": lottery.draw(called.kind, rule=called.rule, person_id=rep_id, occasion=called.occasion),
        "is_paused": await store.is_rule_paused(connection, called.rule),
    }
    verdict = may_speak(called, person, said, **weighed, now=now)
    wording = wording_of(called, rep_id, said)
    if wording is None:
        wording, verdict = 0, Drop(because="every way to say it was used lately")
    nudge = nudge_of(called, report, wording=wording, decided_at=decided_at, send_at=send_at)
    return Worded(nudge=nudge, wording=wording, verdict=verdict)


def wording_of(called: Called, person_id: str, said: Sequence[Said]) -> int | None:
    """The number of a wording that the person has not heard lately; None when there is none left."""
    used = {one.wording for one in said if one.rule == called.rule}
    return pick(len(called.wordings), seed=identity_of(called.rule, person_id, called.occasion), used=used)


def settlement_of(verdict: Verdict, *, timezone: str, now: datetime) -> Settlement:
    if isinstance(verdict, Send):
        day = local_day(now, timezone)
        return Settlement(status="sent", because="", send_at=now, sent_day=day, chance=verdict.probability)
    if isinstance(verdict, HoldOut):
        day, chance = local_day(now, timezone), 1 - verdict.probability
        return Settlement(status="held_out", because=HELD_OUT, send_at=now, sent_day=day, chance=chance)
    if isinstance(verdict, Hold):
        return Settlement(status="held", because=verdict.because, send_at=verdict.until, sent_day=None)
    return Settlement(status="dropped", because=verdict.because, send_at=None, sent_day=None)


def bundled_with(rule: str, verdict: Verdict, *, timezone: str, now: datetime) -> Settlement:
    """Of what may be sent and is part of the message of another rule's nudge."""
    return replace(settlement_of(verdict, timezone=timezone, now=now), status="bundled", because=f"said together with {rule}")


async def speak(
    connection: Connection,
    called: Called,
    report: DayReport,
    *,
    channels: Sequence[str],
    lottery: Lottery,
    traceparent: str,
    now: datetime,
) -> Spoken | None:
    """Bring a call before policy and keep what comes of it; None when the occasion has had its nudge. Needs the person's
    lock."""
    worded = await word(connection, called, report, lottery=lottery, decided_at=now, send_at=now, now=now)
    how: Any = {"managers": report.managers, "timezone": report.timezone, "channels": channels, "traceparent": traceparent}
    return await keep(connection, worded, **how, now=now)


async def keep(
    connection: Connection,
    worded: Worded,
    *,
    managers: Sequence[Person],
    timezone: str,
    channels: Sequence[str],
    traceparent: str,
    now: datetime,
) -> Spoken | None:
    """Keep a nudge with what policy said of it, announce it and queue its deliveries; None when there is one of its occasion.
    `managers` are those who see it, `timezone` is the person's. Needs the person's lock."""
    settlement = settlement_of(worded.verdict, timezone=timezone, now=now)
    nudge = worded.nudge.model_copy(update={"send_at": settlement.send_at or now})
    added = await store.add_nudge(
        connection,
        nudge,
        settlement,
        wording=worded.wording,
        managers=[manager.id for manager in managers],
        timezone=timezone,
        traceparent=traceparent,
    )
    if not added:
        return None
    if settlement.status in {"sent", "held"}:
        await announce(connection, nudge, traceparent=traceparent, now=now)
    if settlement.status == "sent":
        await connection.execute(store.QUERIES["add_deliveries"], nudge.id, list(channels), now)
    return Spoken(rule=nudge.rule, status=settlement.status)


async def keep_together(
    connection: Connection,
    judged: Sequence[Worded],
    *,
    managers: Sequence[Person],
    timezone: str,
    channels: Sequence[str],
    traceparent: str,
    now: datetime,
) -> list[Spoken]:
    """Keep several nudges to one person: what may be said now makes one message, of which the first nudge carries the words of
    all. Needs the person's lock."""
    speaking = [worded for worded in judged if isinstance(worded.verdict, Send)]
    how: Any = {"managers": managers, "timezone": timezone, "traceparent": traceparent, "now": now}
    kept: list[Spoken | None] = []
    if speaking:
        whole = replace(speaking[0], nudge=together([worded.nudge for worded in speaking]))
        kept.append(await keep(connection, whole, **how, channels=channels))
    kept += [await add_part(connection, worded, of=speaking[0].nudge, **how) for worded in speaking[1:]]
    kept += [await keep(connection, one, **how, channels=channels) for one in judged if not isinstance(one.verdict, Send)]
    return [spoken for spoken in kept if spoken is not None]


async def add_part(
    connection: Connection,
    worded: Worded,
    *,
    of: Nudge,
    managers: Sequence[Person],
    timezone: str,
    traceparent: str,
    now: datetime,
) -> Spoken | None:
    """Keep what is part of another nudge's message; None when there is one of its occasion."""
    bundled = bundled_with(of.rule, worded.verdict, timezone=timezone, now=now)
    nudge, ids = worded.nudge.model_copy(update={"send_at": now}), [manager.id for manager in managers]
    how: Any = {"wording": worded.wording, "managers": ids, "timezone": timezone, "traceparent": traceparent}
    if not await store.add_nudge(connection, nudge, bundled, **how):
        return None
    await store.settle_nudge(connection, nudge, bundled, wording=worded.wording, said_with=of.id)
    return Spoken(rule=nudge.rule, status=bundled.status)


def together(nudges: Sequence[Nudge]) -> Nudge:
    """The first of them, with the words of all: one message."""
    return nudges[0].model_copy(
        update={
            "text": "\n".join(nudge.text for nudge in nudges),
            "reason": "\n".join(nudge.reason for nudge in nudges),
            "parts": tuple(_part_of(nudge) for nudge in nudges) if len(nudges) > 1 else (),
            "about": tuple(dict.fromkeys(one for nudge in nudges for one in nudge.about)),
        }
    )


def _part_of(nudge: Nudge) -> NudgePart:
    return NudgePart(id=nudge.id, kind=nudge.kind, rule=nudge.rule, text=nudge.text)


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


def nudge_of(called: Called, report: DayReport, *, wording: int, decided_at: datetime, send_at: datetime) -> Nudge:
    """The nudge that a call for a word about a day makes."""
    return Nudge(
        id=nudge_id_of(called.rule, report.rep.id, called.occasion),
        kind=called.kind,
        rule=called.rule,
        person=report.rep,
        team=report.team,
        occasion=called.occasion,
        day=report.day,
        text=called.wordings[wording],
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
