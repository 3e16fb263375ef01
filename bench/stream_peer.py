"""The peer of scoring's recording: the same work on the same tables, with `executemany`, one statement per row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import asyncpg
import msgspec
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, field_validator

from services.scoring.days.day_report import make_report, report_event
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.fact_states import FactStates, merge
from services.scoring.domain.day import Day, Tally
from shared.event_types import DAY_CHANGED
from shared.events import BehaviourKey
from shared.fact_values import TEXT_LENGTH_MAX, FactValue
from shared.observation import FACTS_MAX, ActivityId, Observation, SourceName, normalize_fact
from shared.postgres.outbox import OutboxEvent
from shared.trace import continue_trace

_FIND = """
SELECT a.source, a.account, a.activity_id, a.states::text, a.rep_id, a.day
FROM unnest($1::text[], $2::text[], $3::text[]) AS key (source, account, activity_id)
JOIN activity AS a USING (source, account, activity_id) ORDER BY a.source, a.account, a.activity_id FOR UPDATE OF a
"""
_KEEP = """
INSERT INTO activity (source, account, activity_id, states, rep_id, day, deleted, kind, actor, started_at, duration_s, outcome,
                      direction, amount, stage, contact_key)
VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (source, account, activity_id) DO UPDATE SET
    states = excluded.states, rep_id = excluded.rep_id, day = excluded.day, kind = excluded.kind, deleted = excluded.deleted,
    actor = excluded.actor, started_at = excluded.started_at, duration_s = excluded.duration_s, outcome = excluded.outcome,
    direction = excluded.direction, amount = excluded.amount, stage = excluded.stage, contact_key = excluded.contact_key
"""
_OPEN = "INSERT INTO rep_day (rep_id, day, state) VALUES ($1, $2, 'open') ON CONFLICT DO NOTHING"
_COUNT = """
UPDATE rep_day SET (counts, first_counted_at) = (
    SELECT jsonb_build_object('calls', count(*) FILTER (WHERE duration_s >= 60),
                              'talks', count(*) FILTER (WHERE outcome = 'connected')),
           min(started_at) FILTER (WHERE duration_s >= 60 OR outcome = 'connected')
    FROM activity AS a WHERE a.rep_id = $1 AND a.day = $2 AND a.kind = 'call'
) WHERE rep_id = $1 AND day = $2
"""
_DAYS = """
SELECT d.rep_id, d.day, d.state, d.counts::text, d.first_counted_at, d.revision
FROM unnest($1::text[], $2::date[]) AS key (rep_id, day) JOIN rep_day AS d USING (rep_id, day)
"""
_SCORE = "UPDATE rep_day SET score = $3, revision = $4 WHERE rep_id = $1 AND day = $2"
_ENQUEUE = "INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at) VALUES ($1, $2, $3, $4, $5, $6)"
_states_decoder: msgspec.json.Decoder[FactStates] = msgspec.json.Decoder(FactStates)
_counts_decoder: msgspec.json.Decoder[dict[BehaviourKey, int]] = msgspec.json.Decoder(dict[BehaviourKey, int])

Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LENGTH_MAX, pattern=r"^[^\x00]*$")]


class PeerEvent(NamedTuple):
    """One observation as the peer's handler gets it."""

    event_id: str
    observation: Observation
    source: SourceName


class ObservedBody(BaseModel):
    """The body of a message, as a FastStream handler declares it. Facts are checked by the same rules as everywhere."""

    source: Text
    activity_id: Text
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    observed_at: AwareDatetime
    account: Annotated[str, StringConstraints(max_length=TEXT_LENGTH_MAX)] = ""
    deleted: bool | None = None
    facts: Annotated[dict[str, FactValue], Field(max_length=FACTS_MAX)] = {}

    @field_validator("facts", mode="after")
    @classmethod
    def _normalize(cls, facts: dict[str, FactValue]) -> dict[str, FactValue]:
        return {name: normalize_fact(name, value) for name, value in facts.items()}

    def observation(self) -> Observation:
        return Observation(
            activity_id=ActivityId(self.activity_id),
            kind=self.kind,
            observed_at=self.observed_at,
            account=self.account,
            deleted=self.deleted,
            facts=self.facts,
        )


async def record_rows(pool: asyncpg.Pool, cache: DefinitionsCache, batch: Sequence[PeerEvent], *, now: datetime) -> None:
    """One transaction per batch: facts are merged, days recounted and scored, and their reports put into the outbox."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        keys = sorted({(event.source, event.observation.account, event.observation.activity_id) for event in batch})
        rows = await connection.fetch(_FIND, *[list(column) for column in zip(*keys, strict=True)])
        known: dict[ActivityKey, FactStates] = {tuple(row[:3]): _states_decoder.decode(row[3]) for row in rows}
        touched = {RepDay(row[4], row[5]) for row in rows if row[4] is not None}
        for event_id, observation, source in batch:
            key = (source, observation.account, observation.activity_id)
            known[key] = merge(known.get(key, {}), observation, event_id)
        records = [derive(key, known[key], roster=definitions.roster) for key in keys]
        await connection.executemany(_KEEP, [_columns(record) for record in records])
        rep_days = sorted(touched | {record.rep_day for record in records if record.rep_day is not None})
        await connection.executemany(_OPEN, rep_days)
        await connection.executemany(_COUNT, rep_days)
        day_columns = [rep_day.rep_id for rep_day in rep_days], [rep_day.day for rep_day in rep_days]
        days = [_next_revision(row) for row in await connection.fetch(_DAYS, *day_columns)]
        scores = [definitions.shown_score(day.rep_id, day.day, day.tally.counts) for day in days]
        await connection.executemany(
            _SCORE, [(day.rep_id, day.day, score, day.revision) for day, score in zip(days, scores, strict=True)]
        )
        events = [
            report_event(
                DAY_CHANGED,
                make_report(day, definitions, [], now=now, is_history=True),
                traceparent=continue_trace(None),
                at=now,
            )
            for day in days
        ]
        await connection.executemany(_ENQUEUE, [_outbox_columns(event) for event in events])


def _next_revision(row: asyncpg.Record) -> Day:
    rep_id, day, state, counts, first_counted_at, revision = row
    positive = {key: count for key, count in _counts_decoder.decode(counts).items() if count}
    tally = Tally(counts=positive, first_counted_at=first_counted_at)
    return Day(rep_id=rep_id, day=day, state=state, tally=tally, score=None, revision=revision + 1)


def _columns(record: ActivityRecord) -> tuple[object, ...]:
    rep_day, activity = record.rep_day, record.activity
    states = msgspec.json.encode(record.states).decode()
    rep_id, day = rep_day or (None, None)
    return *record.key, states, rep_id, day, activity.is_deleted, *activity.values


def _outbox_columns(event: OutboxEvent) -> tuple[object, ...]:
    return event.event_id, event.event_type, event.subject, event.body.model_dump_json(), event.traceparent, event.at
