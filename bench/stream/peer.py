"""The peer that `bench.stream` compares with Daymark: the same work on the same tables, written with `executemany`.

`executemany` runs one statement per row. Daymark itself writes a whole batch with a constant number of statements.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, NamedTuple

import asyncpg
import msgspec
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, field_validator

from services.scoring.days.day_report import make_report, report_event
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.statements import FactStates
from services.scoring.domain.day import Day, Tally
from services.scoring.domain.roster.roster import Roster
from shared.event_types import DAY_CHANGED
from shared.events import BehaviourKey
from shared.fact_values import TEXT_LENGTH_MAX, FactValue
from shared.observation import FACTS_MAX, ActivityId, Observation, SourceName, normalize_fact
from shared.postgres.outbox import OutboxEvent
from shared.postgres.pool import Connection
from shared.trace import continue_trace

_FIND_ACTIVITIES: Final = """
-- The stored activities of a batch, locked in the order of their keys, so that two batches cannot deadlock.
SELECT a.source, a.account, a.activity_id, a.states::text, a.rep_id, a.day
FROM unnest($1::text[], $2::text[], $3::text[]) AS key (source, account, activity_id)
JOIN activity AS a USING (source, account, activity_id) ORDER BY a.source, a.account, a.activity_id FOR UPDATE OF a
"""
_ADD_ACTIVITY: Final = """
-- Add an activity, or replace what is stored of it.
INSERT INTO activity (source, account, activity_id, states, rep_id, day, deleted, kind, actor, started_at, started_on,
                      duration_s, outcome, direction, amount, stage, contact_key)
VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (source, account, activity_id) DO UPDATE SET
    states = excluded.states, rep_id = excluded.rep_id, day = excluded.day, kind = excluded.kind, deleted = excluded.deleted,
    actor = excluded.actor, started_at = excluded.started_at, started_on = excluded.started_on,
    duration_s = excluded.duration_s, outcome = excluded.outcome, direction = excluded.direction,
    amount = excluded.amount, stage = excluded.stage, contact_key = excluded.contact_key
"""
_OPEN_DAY: Final = """
-- Open a day, unless it exists.
INSERT INTO rep_day (rep_id, day, state) VALUES ($1, $2, 'open') ON CONFLICT DO NOTHING
"""
_COUNT_DAY: Final = """
-- Count a day again from its activities. The filters are those of the benchmark's playbook.
UPDATE rep_day SET (counts, first_counted_at) = (
    SELECT jsonb_build_object('calls', count(*) FILTER (WHERE duration_s >= 60),
                              'talks', count(*) FILTER (WHERE outcome = 'connected')),
           min(started_at) FILTER (WHERE duration_s >= 60 OR outcome = 'connected')
    FROM activity AS a WHERE a.rep_id = $1 AND a.day = $2 AND a.kind = 'call'
) WHERE rep_id = $1 AND day = $2
"""
_FIND_DAYS: Final = """
-- The days of a batch with their new counts.
SELECT d.rep_id, d.day, d.state, d.counts::text, d.first_counted_at, d.revision
FROM unnest($1::text[], $2::date[]) AS key (rep_id, day) JOIN rep_day AS d USING (rep_id, day)
"""
_SET_SCORE: Final = """
-- Store the score of a day and the revision of its report.
UPDATE rep_day SET score = $3, revision = $4 WHERE rep_id = $1 AND day = $2
"""
_ENQUEUE_EVENT: Final = """
-- Put the report of a day into the outbox.
INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at) VALUES ($1, $2, $3, $4, $5, $6)
"""
_states_decoder: msgspec.json.Decoder[FactStates] = msgspec.json.Decoder(FactStates)
_counts_decoder: msgspec.json.Decoder[dict[BehaviourKey, int]] = msgspec.json.Decoder(dict[BehaviourKey, int])

Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LENGTH_MAX, pattern=r"^[^\x00]*$")]


class PeerEvent(NamedTuple):
    """One observation, as the peer's handler passes it on."""

    event_id: str
    observation: Observation
    source: SourceName


class ObservedBody(BaseModel):
    """The body of a message, as a FastStream handler declares it. Facts are checked by the rules that Daymark itself uses."""

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
    """One transaction per batch: merge facts, count and score the days that they touch, and enqueue reports of these days."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        rep_days = await _merge_activities(connection, batch, definitions.roster)
        await connection.executemany(_OPEN_DAY, rep_days)
        await connection.executemany(_COUNT_DAY, rep_days)
        days = await _find_days(connection, rep_days)
        scores = [definitions.shown_score(day.rep_id, day.day, day.tally.counts) for day in days]
        await connection.executemany(
            _SET_SCORE, [(day.rep_id, day.day, score, day.revision) for day, score in zip(days, scores, strict=True)]
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
        await connection.executemany(_ENQUEUE_EVENT, [_outbox_columns(event) for event in events])


async def _merge_activities(connection: Connection, batch: Sequence[PeerEvent], roster: Roster) -> list[RepDay]:
    """Store the activities with the facts of the batch. Returns the days that they belong to now or belonged to before."""
    keys = sorted({(event.source, event.observation.account, event.observation.activity_id) for event in batch})
    rows = await connection.fetch(_FIND_ACTIVITIES, *[list(column) for column in zip(*keys, strict=True)])
    states: dict[ActivityKey, FactStates] = {tuple(row[:3]): _states_decoder.decode(row[3]) for row in rows}
    days_before = {RepDay(row[4], row[5]) for row in rows if row[4] is not None}
    for event_id, observation, source in batch:
        key = (source, observation.account, observation.activity_id)
        states[key] = merge(states.get(key, {}), observation, event_id)
    records = [derive(key, states[key], roster=roster) for key in keys]
    await connection.executemany(_ADD_ACTIVITY, [_activity_columns(record) for record in records])
    return sorted(days_before | {record.rep_day for record in records if record.rep_day is not None})


async def _find_days(connection: Connection, rep_days: Sequence[RepDay]) -> list[Day]:
    """The days without their scores, each with the revision that its next report has."""
    rows = await connection.fetch(_FIND_DAYS, [rep_day.rep_id for rep_day in rep_days], [rep_day.day for rep_day in rep_days])
    return [
        Day(
            rep_id=rep_id,
            day=day,
            state=state,
            score=None,
            revision=revision + 1,
            tally=Tally(
                counts={key: count for key, count in _counts_decoder.decode(counts).items() if count},
                first_counted_at=first_counted_at,
            ),
        )
        for rep_id, day, state, counts, first_counted_at, revision in rows
    ]


def _activity_columns(record: ActivityRecord) -> tuple[object, ...]:
    rep_day, activity = record.rep_day, record.activity
    states = msgspec.json.encode(record.states).decode()
    rep_id, day = rep_day or (None, None)
    return *record.key, states, rep_id, day, activity.is_deleted, *activity.values


def _outbox_columns(event: OutboxEvent) -> tuple[object, ...]:
    return event.event_id, event.event_type, event.subject, event.body.model_dump_json(), event.traceparent, event.at
