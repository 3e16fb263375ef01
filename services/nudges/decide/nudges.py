"""The table of nudges, as those who decide see it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges.decide.decision_context import Recipient
from services.nudges.decide.policy.retraction import SentNudge
from services.nudges.domain.decision import Decision
from shared.events import Nudge, NudgeId, NudgeKind, PersonId, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeferredNudge:
    """A nudge whose time has come."""

    id: NudgeId
    rule: str
    kind: NudgeKind
    person_id: PersonId
    day: date
    timezone: str
    nudge: Nudge
    traceparent: str


async def add_nudge(
    connection: Querier, nudge: Nudge, decision: Decision, recipient: Recipient, *, wording: int, traceparent: str
) -> bool:
    """Store a nudge with what was decided; False when this rule, person and occasion already has one."""
    row = (
        nudge.id,
        nudge.rule,
        nudge.kind,
        nudge.person.id,
        nudge.person.name,
        nudge.team.id,
        json.dumps(recipient.managers),
        nudge.occasion,
        nudge.day,
        recipient.timezone,
        nudge.text,
        nudge.reason,
        decision.status,
        decision.because,
        nudge.decided_at,
        decision.send_at,
        decision.sent_day,
        nudge.model_dump_json(),
        traceparent,
        wording,
        decision.propensity,
    )
    return bool(await change(connection, _QUERIES["add_nudges"], [row]))


async def update_nudge(
    connection: Querier, nudge: Nudge, decision: Decision, *, wording: int, bundled_with: NudgeId | None = None
) -> None:
    """Store what was decided about a nudge that exists, as it is worded now."""
    row = (
        nudge.id,
        decision.status,
        decision.because,
        decision.send_at,
        decision.sent_day,
        nudge.text,
        nudge.reason,
        nudge.model_dump_json(),
        wording,
        bundled_with,
        decision.propensity,
    )
    await change(connection, _QUERIES["update_nudges"], [row])


async def list_people_with_deferred(pool: asyncpg.Pool, *, people_max: int, now: datetime) -> list[PersonId]:
    """Whose deferred nudges are due, those that have waited longest first."""
    rows = await pool.fetch(_QUERIES["list_people_with_deferred"], now, people_max)
    return [PersonId(row["person_id"]) for row in rows]


async def claim_deferred(connection: Querier, person_id: PersonId, *, now: datetime) -> list[DeferredNudge]:
    """A person's nudges that are due, in the order in which they were decided. Needs the person's lock."""
    return [
        DeferredNudge(
            id=NudgeId(row["id"]),
            rule=row["rule"],
            kind=NudgeKind(row["kind"]),
            person_id=PersonId(row["person_id"]),
            day=row["day"],
            timezone=row["timezone"],
            nudge=Nudge.model_validate_json(row["event"]),
            traceparent=row["traceparent"],
        )
        for row in await change(connection, _QUERIES["claim_deferred"], [(person_id, now)])
    ]


async def list_rules_about(connection: Querier, person_id: PersonId, day: date, rules: Collection[str]) -> list[str]:
    """Which of these rules have already led to a nudge about a day."""
    return [row["rule"] for row in await connection.fetch(_QUERIES["list_rules_about"], person_id, day, list(rules))]


async def list_sent_about(
    connection: Querier, rep_id: RepId, first: date, last: date, rules: Collection[str]
) -> list[SentNudge]:
    """What these rules sent about a rep's days from `first` to `last`, both included, in the order in which they were
    decided."""
    rows = await connection.fetch(_QUERIES["list_sent_about"], rep_id, first, last, sorted(rules))
    return [_sent_nudge(row) for row in sorted(rows, key=lambda row: row["seq"])]


async def find_sent(connection: Querier, nudge_id: NudgeId) -> SentNudge | None:
    """One nudge, if it was sent."""
    row = await connection.fetchrow(_QUERIES["find_sent"], nudge_id)
    return _sent_nudge(row) if row is not None else None


async def mark_retracted(connection: Querier, nudge_id: NudgeId, at: datetime | None, because: str) -> None:
    """Mark a nudge as no longer called for; without a time, as holding again."""
    await connection.execute(_QUERIES["mark_retracted"], nudge_id, at, because)


def _sent_nudge(row: asyncpg.Record) -> SentNudge:
    return SentNudge(
        id=NudgeId(row["id"]),
        rule=row["rule"],
        kind=NudgeKind(row["kind"]),
        day=row["day"],
        at=row["send_at"],
        is_retracted=row["retracted_at"] is not None,
    )
