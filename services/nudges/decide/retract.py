"""A day was reported anew: judge again what was said and rests on it, and say once, quietly, what was wrongly held against
somebody."""

from datetime import date, datetime
from typing import Any

import asyncpg

from services.nudges import store
from services.nudges.context.load_context import person_of, said_to, situation_of
from services.nudges.context.rule_context import Situation
from services.nudges.decide.compose import Spoken, Worded, keep, nudge_of, word, wording_of
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.policy.may_send import Drop
from services.nudges.decide.policy.retraction import (
    Sent,
    correction,
    days_resting_on,
    is_called_for,
    matters,
    next_morning,
    rests_on,
    why_not,
)
from services.nudges.domain.moments import Moment
from services.nudges.rules import ASKED_AGAIN, moment_of
from services.nudges.store import Held
from shared.events import NUDGE_REVISED, DayReport, NudgeKind, NudgeRevised
from shared.postgres.pool import Connection
from shared.trace import continue_trace


async def revise_said(
    connection: Connection, report: DayReport, situation: Situation | None, *, traceparent: str, now: datetime
) -> list[Spoken]:
    """What came of it. A day that goes on concerns what was said about it; one that is over, also what was said about the days
    after it. `situation` is that of the report, where it is known already. Needs the person's lock."""
    first, last = days_resting_on(report.day)
    until = last if report.state == "closed" else first
    rows = await connection.fetch(store.QUERIES["list_sent_about"], report.rep.id, first, until, sorted(ASKED_AGAIN))
    situations: dict[tuple[date, Moment | None], Situation] = {} if situation is None else {(report.day, None): situation}
    spoken: list[Spoken] = []
    for sent in map(_sent_of, rows):
        if not rests_on(sent, report.day):
            continue
        moment = Moment.MORNING if moment_of(sent.rule) is Moment.MORNING else None
        key = sent.day, moment
        if key not in situations:
            about = report if sent.day == report.day else await store.find_day(connection, report.rep.id, sent.day)
            if about is None:
                continue
            situations[key] = await situation_of(connection, about, moment=moment, now=now)
        about = situations[key].report
        holds = is_called_for(sent, situations[key])
        if holds is sent.is_revised:
            spoken += await _note(connection, sent, about, holds=holds, cause=report, traceparent=traceparent, now=now)
        if not holds and matters(sent, situations[key]) and not report.silent:
            spoken += await _take_back(connection, sent, about, traceparent=traceparent, now=now)
    return spoken


async def correction_anew(connection: Connection, held: Held, report: DayReport, *, lottery: Lottery, now: datetime) -> Worded:
    """A correction that waited, as it would be put now, and whether it is still needed."""
    row = await connection.fetchrow(store.QUERIES["find_sent"], held.nudge.occasion)
    if row is None or row["revised_at"] is None:
        return Worded(nudge=held.nudge, wording=0, verdict=Drop(because="what it takes back holds after all"))
    called = correction(_sent_of(row), report)
    times = {"decided_at": held.nudge.decided_at, "send_at": held.nudge.send_at}
    return await word(connection, called, report, lottery=lottery, **times, now=now)


async def _note(
    connection: Connection,
    sent: Sent,
    about: DayReport,
    *,
    holds: bool,
    cause: DayReport,
    traceparent: str,
    now: datetime,
) -> list[Spoken]:
    """Mark it where it stands, and publish it."""
    because = "" if holds else why_not(sent, about)
    await connection.execute(store.QUERIES["mark_revised"], sent.id, None if holds else now, because)
    body = NudgeRevised(
        nudge_id=sent.id,
        rule=sent.rule,
        person=about.rep,
        day=sent.day,
        holds=holds,
        because=because,
        revision=about.revision,
        revised_at=now,
    )
    await store.enqueue_event(
        connection,
        event_id=f"{sent.id}:{cause.day}:{cause.revision}",
        event_type=NUDGE_REVISED,
        subject=about.rep.id,
        body=body,
        traceparent=continue_trace(traceparent),
        at=now,
    )
    return [] if holds else [Spoken(rule=sent.rule, status="revised")]


async def _take_back(connection: Connection, sent: Sent, about: DayReport, *, traceparent: str, now: datetime) -> list[Spoken]:
    """Once: the hint is the correction's occasion."""
    person = await person_of(connection, about.rep.id, timezone=about.timezone, now=now)
    said = await said_to(connection, about.rep.id, timezone=about.timezone, now=now)
    called = correction(sent, about)
    wording = wording_of(called, about.rep.id, said)
    if wording is None:
        return []
    nudge = nudge_of(called, about, wording=wording, decided_at=now, send_at=now)
    worded = Worded(nudge=nudge, wording=wording, verdict=next_morning(person, now=now))
    how: Any = {"managers": about.managers, "timezone": about.timezone, "channels": (), "traceparent": traceparent}
    kept = await keep(connection, worded, **how, now=now)
    return [kept] if kept is not None else []


def _sent_of(row: asyncpg.Record) -> Sent:
    return Sent(
        id=row["id"],
        rule=row["rule"],
        kind=NudgeKind(row["kind"]),
        day=row["day"],
        at=row["send_at"],
        is_revised=row["revised_at"] is not None,
    )
