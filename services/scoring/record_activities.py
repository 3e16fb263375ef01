"""Record a batch of observations: facts, counts, scores and their announcements in one transaction.

The number of statements does not depend on the size of the batch. Locks are taken in one order everywhere (definitions,
activities by key, days by rep and day), so that replicas wait for each other and never deadlock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.scoring import store
from services.scoring.domain.counting import Place
from services.scoring.domain.day import Definitions
from services.scoring.domain.derivation import derive
from services.scoring.domain.facts import merge
from services.scoring.score_days import Cause, score_days, union
from services.scoring.store import ActivityKey, ActivityRow, DefinitionsCache
from shared.observation import Observation


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """One observation as it arrived."""

    event_id: str
    source: str
    observation: Observation
    traceparent: str | None
    history: bool

    @property
    def key(self) -> ActivityKey:
        return self.source, self.observation.account, self.observation.activity_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What a batch came to: activities that it told something new about, and days that changed."""

    activities: int
    days: int


async def record_activities(
    pool: asyncpg.Pool, cache: DefinitionsCache, batch: Sequence[Observed], *, now: datetime
) -> Recorded:
    """Merge the batch and bring every day that it touches up to date. Recording it again changes nothing."""
    by_key: dict[ActivityKey, list[Observed]] = {}
    for observed in batch:
        by_key.setdefault(observed.key, []).append(observed)
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        known = await store.claim_activities(connection, by_key.keys())
        changed: list[ActivityRow] = []
        causes: list[tuple[Place, Cause]] = []
        for row in known:
            fresh = _merged(row, by_key[row.key], definitions)
            if fresh is row:
                continue
            changed.append(fresh)
            newest = by_key[row.key][-1]
            cause = Cause(traceparent=newest.traceparent, history=all(one.history for one in by_key[row.key]))
            causes += [(where, cause) for where in {row.derived.place, fresh.derived.place} if where is not None]
        if not changed:
            return Recorded(activities=0, days=0)
        await store.update_activities(connection, changed)
        days = await score_days(connection, definitions, union(causes), now=now)
    return Recorded(activities=len(changed), days=days)


def _merged(row: ActivityRow, news: Sequence[Observed], definitions: Definitions) -> ActivityRow:
    states = row.states
    for observed in news:
        states = merge(states, observed.observation, observed.event_id)
    if states is row.states:
        return row
    source, account, _ = row.key
    derived = derive(states, source=source, account=account, definitions=definitions)
    return ActivityRow(key=row.key, states=states, derived=derived)
