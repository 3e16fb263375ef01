"""A scoring schema of its own for each test, with a roster and a playbook in force."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import rescore_state
from services.scoring.domain.activities.counting import Place
from services.scoring.explain.audit_scores import audit_scores
from services.scoring.record.record_activities import Observed, Recorded, record_activities
from services.scoring.rescore.rescore_days import rescore_some
from services.scoring.store import MIGRATIONS, SCHEMA
from shared.events import DayReport
from shared.observation import Observation, observation_id
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
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
    """The use cases on one database, and what they left there."""

    pool: asyncpg.Pool
    url: str
    cache: DefinitionsCache
    now: datetime = MONDAY_NOON

    async def record(self, *observed: Observed) -> Recorded:
        return await record_activities(self.pool, self.cache, observed, now=self.now)

    async def apply(self, *, roster: str | None = None, playbook: str | None = None) -> None:
        if roster is not None:
            await apply_roster(self.pool, self.cache, roster, file="roster.yaml", now=self.now)
        if playbook is not None:
            await apply_playbooks(self.pool, self.cache, playbook, file="playbook.yaml", revise="a mistake", now=self.now)
        await self.rescore()

    async def apply_playbook(self, text: str, *, revise: str = "") -> int:
        """Apply, score nothing anew yet, and say how many reps wait for that."""
        applied = await apply_playbooks(self.pool, self.cache, text, file="playbook.yaml", revise=revise, now=self.now)
        return applied.reps_to_rescore

    async def apply_roster(self, text: str) -> int:
        """Apply, score nothing anew yet, and say how many reps wait for that."""
        return (await apply_roster(self.pool, self.cache, text, file="roster.yaml", now=self.now)).reps_to_rescore

    async def waiting(self) -> int:
        async with self.pool.acquire() as connection:
            return (await rescore_state(connection)).reps

    async def rescore(self) -> None:
        """Everything that waits to be scored anew."""
        while await rescore_some(self.pool, self.cache, now=self.now):
            pass

    async def day(self, rep_id: str, day: date = MONDAY) -> asyncpg.Record | None:
        return await self.pool.fetchrow("SELECT * FROM rep_day WHERE rep_id = $1 AND day = $2", rep_id, day)

    async def reports(self, place: Place | None = None) -> list[tuple[str, DayReport]]:
        """What waits in the outbox, in order."""
        rows = await self.pool.fetch("SELECT event_type, body FROM outbox WHERE event_type LIKE 'day.%' ORDER BY id")
        read = [(row["event_type"].split(".")[1], DayReport.model_validate_json(row["body"])) for row in rows]
        return [one for one in read if place is None or (one[1].rep.id, one[1].day) == place]

    async def tables(self) -> list[tuple[Any, ...]]:
        """All activities, and all days on which something counts but for their revisions, for comparing."""
        activities = await self.pool.fetch("SELECT * FROM activity ORDER BY source, account, activity_id")
        days = await self.pool.fetch(
            "SELECT rep_id, day, state, counts, score, first_counted_at FROM rep_day WHERE counts <> '{}' ORDER BY rep_id, day"
        )
        return [tuple(row) for row in (*activities, *days)]

    async def differences(self) -> tuple[str, ...]:
        return (await audit_scores(self.pool, self.cache)).differences


@pytest.fixture
async def scoring(scoring_database_url: str) -> AsyncIterator[Scoring]:
    pool = await make_pool(scoring_database_url, schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    made = Scoring(pool=pool, url=scoring_database_url, cache=DefinitionsCache())
    await made.apply(roster=ROSTER, playbook=PLAYBOOK)
    await pool.execute("DELETE FROM outbox")
    yield made
    await pool.close()


def seen(
    activity_id: str = "a1",
    kind: str = "call",
    *,
    at: datetime = MONDAY_NOON,
    deleted: bool | None = None,
    history: bool = False,
    **facts: Any,
) -> Observed:
    """One observation of an activity, by default one of Ana's."""
    said: dict[str, Any] = {"actor": "7", "started_at": MONDAY_NOON.isoformat(), "duration_s": 100} | facts
    observation = Observation(activity_id=activity_id, kind=kind, observed_at=at, deleted=deleted, facts=said)
    event_id = observation_id("acme", observation)
    return Observed(event_id=event_id, source="acme", observation=observation, history=history)
