"""The tables of nudges as typed rows. Every statement stands in queries.sql."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import asyncpg
from pydantic import BaseModel

from services.nudges.domain.announcements import Definition
from services.nudges.domain.history import PLAN_DONE_SCORE
from services.nudges.domain.ladder import Ladder
from shared.events import DayReport, Nudge, PlaybookAnnounced
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.privacy.erasure import tombstone_of_key, tombstone_of_person
from shared.service.settings import ErasureKeyChanged

SCHEMA: Final = "nudges"
MIGRATIONS: Final = Path(__file__).with_name("migrations")
QUERIES: Final = Queries(Path(__file__).with_name("queries.sql"))
HISTORY_DAYS: Final = 150
"""Worked ones: about seven months."""
AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What Postgres looks like while it is away, restarting or busy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What policy made of a nudge: sent, bundled, held, held out or dropped. `chance` is the probability of its being
    sent; None as long as that is not decided."""

    status: str
    because: str
    send_at: datetime | None
    sent_day: date | None
    chance: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A nudge that waits for its time."""

    id: str
    rule: str
    kind: str
    person_id: str
    day: date
    timezone: str
    nudge: Nudge
    traceparent: str


async def lock_person(connection: Connection, person_id: str) -> None:
    """Until the transaction ends, nobody else decides about this person."""
    await connection.execute(QUERIES["lock_person"], person_id)


async def refuse_other_key(pool: asyncpg.Pool, forget_key: bytes) -> None:
    """Raises `ForgetKeyChanged` where people were forgotten under another key, so that they would not be recognised."""
    known = await pool.fetch(QUERIES["list_forgotten"], [tombstone_of_key(forget_key)])
    if not known and await pool.fetchval(QUERIES["find_forgotten"]):
        raise ErasureKeyChanged


async def list_forgotten(connection: Connection, person_ids: Iterable[str], *, forget_key: bytes) -> set[str]:
    """Which of these people are forgotten. Needs the lock of a person."""
    by_digest = {tombstone_of_person(forget_key, person_id): person_id for person_id in person_ids}
    return {by_digest[row["digest"]] for row in await connection.fetch(QUERIES["list_forgotten"], list(by_digest))}


async def merge_day(connection: Connection, report: DayReport, *, now: datetime) -> bool:
    """Keep the report if it is newer than what is known; whether it was."""
    heard = {one.key: now.isoformat() for one in report.behaviours if one.count and not report.silent}
    what = report.model_dump_json(), now if heard else None, json.dumps(heard)
    merged = await connection.fetchval(QUERIES["merge_day"], report.rep.id, report.day, report.revision, *what)
    return merged is not None


async def find_day(connection: Connection | asyncpg.Pool, rep_id: str, day: date) -> DayReport | None:
    body = await connection.fetchval(QUERIES["find_day"], rep_id, day)
    return DayReport.model_validate_json(body) if body is not None else None


async def list_worked_before(connection: Connection, rep_id: str, day: date) -> list[DayReport]:
    rows = await connection.fetch(QUERIES["list_worked_before"], rep_id, day, HISTORY_DAYS)
    return [DayReport.model_validate_json(row["report"]) for row in rows]


async def list_team_done(connection: Connection, report: DayReport, *, now: datetime) -> tuple[str, ...]:
    """The reps of the team with a target on the day of the report, if all of them have the plan done; else none."""
    found = await connection.fetchval(QUERIES["list_team_done"], report.team.id, report.day, PLAN_DONE_SCORE, now)
    return tuple(found or ())


async def find_newest_day(connection: Connection | asyncpg.Pool, rep_id: str) -> DayReport | None:
    body = await connection.fetchval(QUERIES["find_newest_day"], rep_id)
    return DayReport.model_validate_json(body) if body is not None else None


async def list_ladders(connection: Connection | asyncpg.Pool, rep_id: str) -> tuple[Ladder, ...]:
    """A rep's ladders, those of the newest periods first."""
    return tuple(Ladder(**dict(row)) for row in await connection.fetch(QUERIES["list_ladders"], rep_id))


async def merge_ladder(connection: Connection, rep_id: str, ladder: Ladder) -> None:
    key = rep_id, ladder.goal, ladder.period_start
    now = ladder.reached, ladder.size, ladder.reached_on, ladder.lowered_from
    await connection.execute(QUERIES["merge_ladder"], *key, *now)


async def list_rules_about(connection: Connection, person_id: str, day: date, rules: Sequence[str]) -> list[str]:
    """Which of these rules have already led to a nudge about a day."""
    return [row["rule"] for row in await connection.fetch(QUERIES["list_rules_about"], person_id, day, list(rules))]


async def add_nudge(
    connection: Connection,
    nudge: Nudge,
    settlement: Settlement,
    *,
    wording: int,
    managers: Sequence[str],
    timezone: str,
    traceparent: str,
) -> bool:
    """Keep a nudge; False when this rule, person and occasion has one already."""
    added = await connection.fetchval(
        QUERIES["add_nudge"],
        nudge.id,
        nudge.rule,
        nudge.kind,
        nudge.person.id,
        nudge.person.name,
        nudge.team.id,
        list(managers),
        nudge.occasion,
        nudge.day,
        timezone,
        nudge.text,
        nudge.reason,
        settlement.status,
        settlement.because,
        nudge.decided_at,
        settlement.send_at,
        settlement.sent_day,
        nudge.model_dump_json(),
        traceparent,
        wording,
        settlement.chance,
    )
    return added is not None


async def claim_held(connection: Connection, person_id: str, *, now: datetime) -> list[Held]:
    """What waits for a person and is due, in the order in which it was decided."""
    return [
        Held(
            id=row["id"],
            rule=row["rule"],
            kind=row["kind"],
            person_id=row["person_id"],
            day=row["day"],
            timezone=row["timezone"],
            nudge=Nudge.model_validate_json(row["event"]),
            traceparent=row["traceparent"],
        )
        for row in await connection.fetch(QUERIES["claim_held"], person_id, now)
    ]


async def settle_nudge(
    connection: Connection, nudge: Nudge, settlement: Settlement, *, wording: int, said_with: str | None = None
) -> None:
    await connection.execute(
        QUERIES["settle_nudge"],
        nudge.id,
        settlement.status,
        settlement.because,
        settlement.send_at,
        settlement.sent_day,
        nudge.text,
        nudge.reason,
        nudge.model_dump_json(),
        wording,
        said_with,
        settlement.chance,
    )


async def is_rule_paused(connection: Connection, rule: str) -> bool:
    return await connection.fetchval(QUERIES["find_pause"], rule) is not None


async def merge_announcement(connection: Connection, announced: PlaybookAnnounced, *, nudge_id: str) -> bool:
    """Keep the announcement if it is newer than what is known; whether it was."""
    key = announced.rep.id, announced.version
    body = announced.model_dump_json()
    arguments = *key, announced.times, body, nudge_id
    return await connection.fetchval(QUERIES["merge_announcement"], *arguments) is not None


async def list_definitions(connection: Connection | asyncpg.Pool, rep_id: str) -> list[Definition]:
    """Everything that a rep was, or is to be, told of."""
    return [
        Definition(
            announced=PlaybookAnnounced.model_validate_json(row["body"]),
            nudge_id=row["nudge_id"],
            delivered_at=row["told_at"],
            acknowledged_at=row["acknowledged_at"],
        )
        for row in await connection.fetch(QUERIES["list_announcements"], rep_id)
    ]


async def enqueue_event(
    connection: Connection, *, event_id: str, event_type: str, subject: str, body: BaseModel, traceparent: str, at: datetime
) -> None:
    await connection.execute(QUERIES["enqueue_event"], event_id, event_type, subject, body.model_dump_json(), traceparent, at)


async def is_work_due(pool: asyncpg.Pool, *, channels: Sequence[str], now: datetime) -> bool:
    """Whether a look at a day or at the effects, a held nudge, a delivery through one of the channels or an event waits to be
    dealt with now."""
    return bool(await pool.fetchval(QUERIES["find_work_due"], now, list(channels)))
