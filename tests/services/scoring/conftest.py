"""A scoring schema of its own for each test, with a roster and a playbook in force."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import asyncpg
import pytest

from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import find_rescore_state
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.explain.audit_scores import audit_scores
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.record_activities import Recorded, record_activities
from services.scoring.rescore.rescore_days import rescore_next_days
from services.scoring.schema import SCHEMA
from shared.events import DayReport, RepId
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation, observation_id
from shared.postgres.pool import Connection, make_pool
from tests.services.scoring.domain.builders import ACME, rep_id_of

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
ANA, BEN = rep_id_of("ana"), rep_id_of("ben")
ROSTER = """\
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind}]
    reps:
      - {id: ana, name: Ana Ruiz, timezone: Europe/Madrid, identities: [{source: acme, user: "7"}]}
      - {id: ben, name: Ben Ode, timezone: America/New_York, identities: [{source: acme, user: "8"}]}
"""
PLAYBOOK = """\
team: north
effective_from: 2026-01-01
behaviours:
  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 2, weight: 60}
  - {key: proposals, label: Proposals, counts: {kinds: [proposal_sent]}, target: 1, weight: 40}
"""


@dataclass
class Scoring:
    """The use cases of scoring on one database, and what they left there."""

    pool: asyncpg.Pool
    url: str
    cache: DefinitionsCache
    now: datetime = MONDAY_NOON

    async def record(self, *events: ObservedEvent) -> Recorded:
        return await record_activities(self.pool, self.cache, events, now=self.now)

    async def apply(self, *, roster: str | None = None, playbook: str | None = None) -> None:
        """Apply, and score every day that this touches."""
        if roster is not None:
            await apply_roster(self.pool, self.cache, roster, file="roster.yaml", now=self.now)
        if playbook is not None:
            await apply_playbooks(self.pool, self.cache, playbook, file="playbook.yaml", revise="a mistake", now=self.now)
        await self.rescore()

    async def apply_playbook(self, text: str, *, revise: str = "") -> int:
        """Apply without scoring any day again. Returns how many reps wait for that."""
        applied = await apply_playbooks(self.pool, self.cache, text, file="playbook.yaml", revise=revise, now=self.now)
        return applied.reps_to_rescore

    async def apply_roster(self, text: str) -> int:
        """Apply without scoring any day again. Returns how many reps wait for that."""
        return (await apply_roster(self.pool, self.cache, text, file="roster.yaml", now=self.now)).reps_to_rescore

    async def reps_pending(self) -> int:
        """How many reps wait to be scored again."""
        async with self.pool.acquire() as connection:
            return (await find_rescore_state(connection)).reps

    async def rescore(self) -> None:
        """Score everything that waits to be scored again."""
        while await rescore_next_days(self.pool, self.cache, now=self.now):
            pass

    async def day(self, rep_id: RepId, day: date = MONDAY) -> asyncpg.Record:
        """A stored day; it must be there."""
        row = await self.pool.fetchrow("SELECT * FROM rep_day WHERE rep_id = $1 AND day = $2", rep_id, day)
        assert row is not None
        return row

    async def reports(self, rep_day: RepDay | None = None) -> list[tuple[str, DayReport]]:
        """The reports in the outbox, in order, each with what happened to the day: `opened`, `changed` or `closed`."""
        rows = await self.pool.fetch("SELECT event_type, body FROM outbox WHERE event_type LIKE 'day.%' ORDER BY id")
        reports = [(row["event_type"].split(".")[1], DayReport.model_validate_json(row["body"])) for row in rows]
        return [(event, report) for event, report in reports if rep_day is None or (report.rep.id, report.day) == rep_day]

    async def ignore_indexes(self) -> None:
        """From now on queries use no index, which would give its order even to a query that does not ask for it."""
        database = await self.pool.fetchval("SELECT current_database()")
        for plan in ("indexscan", "indexonlyscan", "bitmapscan"):
            await self.pool.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{database}" SET enable_{plan} = off')
        await self.pool.expire_connections()

    async def tables(self) -> list[tuple[object, ...]]:
        """All activities, and all days on which something counts except for their revisions, for comparing."""
        activities = await self.pool.fetch("SELECT * FROM activity ORDER BY source, account, activity_id")
        days = await self.pool.fetch(
            "SELECT rep_id, day, state, counts, score, first_counted_at FROM rep_day WHERE counts <> '{}' ORDER BY rep_id, day"
        )
        return [tuple(row) for row in (*activities, *days)]

    async def differences(self) -> tuple[str, ...]:
        """What an audit finds."""
        return (await audit_scores(self.pool, self.cache)).differences


@pytest.fixture
async def scoring(scoring_database_url: str) -> AsyncIterator[Scoring]:
    pool = await make_pool(scoring_database_url, schema=SCHEMA)
    prepared = Scoring(pool=pool, url=scoring_database_url, cache=DefinitionsCache())
    await prepared.apply(roster=ROSTER, playbook=PLAYBOOK)
    await pool.execute("DELETE FROM outbox")
    yield prepared
    await pool.close()


def observed(
    activity_id: str = "a1",
    kind: str = "call",
    *,
    at: datetime = MONDAY_NOON,
    deleted: bool | None = None,
    is_history: bool = False,
    **facts: FactValue,
) -> ObservedEvent:
    """One observation of an activity, by default a call of Ana's."""
    defaults: dict[str, FactValue] = {"actor": "7", "started_at": MONDAY_NOON.isoformat(), "duration_s": 100}
    return observed_event(
        Observation(activity_id=ActivityId(activity_id), kind=kind, observed_at=at, deleted=deleted, facts=defaults | facts),
        is_history=is_history,
    )


@pytest.fixture
async def connection(scoring: Scoring) -> AsyncIterator[Connection]:
    """To a database without days."""
    await scoring.ignore_indexes()
    async with scoring.pool.acquire() as acquired:
        await acquired.execute("TRUNCATE rep_day, last_opened_day")
        yield acquired


def observed_event(
    observation: Observation, *, is_history: bool = False, received_at: datetime | None = None, read_at: datetime | None = None
) -> ObservedEvent:
    """An observation as it arrives from the source acme."""
    event_id = observation_id(ACME, observation)
    return ObservedEvent(
        event_id=event_id,
        source=ACME,
        observation=observation,
        is_history=is_history,
        received_at=received_at,
        read_at=read_at,
    )
