"""What stands beside scoring's way of recording: the same work on the same tables, with `executemany`, a statement a row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import asyncpg
import msgspec
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, field_validator

from services.scoring.days.day_report import Announcement, report_of
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.activity_record import Derived, derive
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.activities.fact_states import FactStates, merge
from services.scoring.domain.day import Day, Tally
from services.scoring.store import ActivityKey
from shared.events import DAY_CHANGED
from shared.observation import FACTS_MAX, TEXT_LENGTH_MAX, FactValue, Observation, checked_fact
from shared.trace import continue_trace

_FIND = """
SELECT a.source, a.account, a.activity_id, a.states::text, a.rep_id, a.day
FROM unnest($1::text[], $2::text[], $3::text[]) AS key (source, account, activity_id)
JOIN activity AS a USING (source, account, activity_id) ORDER BY a.source, a.account, a.activity_id FOR UPDATE OF a
"""
_KEEP = """
INSERT INTO activity (source, account, activity_id, states, rep_id, day, kind, deleted, actor, started_at, duration_s, outcome,
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
_ANNOUNCE = "INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at) VALUES ($1, $2, $3, $4, $5, $6)"
_states: msgspec.json.Decoder[FactStates] = msgspec.json.Decoder(FactStates)
_counts: msgspec.json.Decoder[dict[str, int]] = msgspec.json.Decoder(dict[str, int])

Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LENGTH_MAX, pattern=r"^[^\x00]*$")]
Seen = tuple[str, Observation, str]
"""An event id, what it says, and its source."""


class Observed(BaseModel):
    """The body of a message, as a handler of FastStream asks for it. Facts are checked by the same rules as everywhere."""

    source: Text
    activity_id: Text
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    observed_at: AwareDatetime
    account: Annotated[str, StringConstraints(max_length=TEXT_LENGTH_MAX)] = ""
    deleted: bool | None = None
    facts: Annotated[dict[str, FactValue], Field(max_length=FACTS_MAX)] = {}

    @field_validator("facts", mode="after")
    @classmethod
    def _checked(cls, facts: dict[str, FactValue]) -> dict[str, FactValue]:
        return {key: checked_fact(key, value) for key, value in facts.items()}

    def observation(self) -> Observation:
        return Observation(
            activity_id=self.activity_id,
            kind=self.kind,
            observed_at=self.observed_at,
            account=self.account,
            deleted=self.deleted,
            facts=self.facts,
        )


async def record_rows(pool: asyncpg.Pool, cache: DefinitionsCache, batch: Sequence[Seen], *, now: datetime) -> None:
    """One transaction a batch: facts merged, days recounted and scored, their reports put into the outbox."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        keys = sorted({(source, seen.account, seen.activity_id) for _, seen, source in batch})
        rows = await connection.fetch(_FIND, *[list(column) for column in zip(*keys, strict=True)])
        known: dict[ActivityKey, FactStates] = {tuple(row[:3]): _states.decode(row[3]) for row in rows}
        touched = {Place(row[4], row[5]) for row in rows if row[4] is not None}
        for event_id, seen, source in batch:
            key = (source, seen.account, seen.activity_id)
            known[key] = merge(known.get(key, {}), seen, event_id)
        derived = {key: derive(known[key], source=key[0], account=key[1], roster=definitions.roster) for key in keys}
        await connection.executemany(_KEEP, [_columns(key, known[key], derived[key]) for key in keys])
        places = sorted(touched | {one.place for one in derived.values() if one.place is not None})
        await connection.executemany(_OPEN, places)
        await connection.executemany(_COUNT, places)
        days = [
            Day(
                rep_id=rep_id,
                day=day,
                state=state,
                score=None,
                revision=revision + 1,
                tally=Tally(
                    counts={key: times for key, times in _counts.decode(counts).items() if times}, first_counted_at=first
                ),
            )
            for rep_id, day, state, counts, first, revision in await connection.fetch(
                _DAYS, [place.rep_id for place in places], [place.day for place in places]
            )
        ]
        scores = [definitions.shown_score(day.rep_id, day.day, day.tally.counts) for day in days]
        await connection.executemany(
            _SCORE, [(day.rep_id, day.day, score, day.revision) for day, score in zip(days, scores, strict=True)]
        )
        said = [
            Announcement(
                event_type=DAY_CHANGED,
                report=report_of(day, definitions, [], now=now, history=True),
                traceparent=continue_trace(None),
                at=now,
            )
            for day in days
        ]
        await connection.executemany(_ANNOUNCE, [_report(one) for one in said])


def _columns(key: ActivityKey, states: FactStates, derived: Derived) -> tuple[object, ...]:
    place, *facts = derived
    return *key, msgspec.json.encode(states).decode(), place and place.rep_id, place and place.day, *facts


def _report(said: Announcement) -> tuple[object, ...]:
    report = said.report
    return said.event_id, said.event_type, f"{report.rep.id}/{report.day}", report.model_dump_json(), said.traceparent, said.at
