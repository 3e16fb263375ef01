"""Record a batch of observations: facts, counts, scores and their announcements in one transaction.

The number of statements does not depend on the size of the batch. Locks are taken in one order everywhere (definitions,
activities by key, days by rep and day), so that replicas wait for each other and never deadlock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import msgspec

from services.scoring import store
from services.scoring.definitions import DefinitionsCache
from services.scoring.domain.derivation import NOTHING_YET, derive
from services.scoring.domain.facts import merge
from services.scoring.domain.roster import Roster
from services.scoring.score_days import Cause, score_days, union
from services.scoring.store import ActivityKey, ActivityRow
from shared.observation import Observation
from shared.postgres import Connection


class Observed(msgspec.Struct, frozen=True, kw_only=True):
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
        changes = await _merge_all(connection, by_key, definitions.roster)
        if not changes:
            return Recorded(activities=0, days=0)
        causes = [
            (where, _cause(by_key[after.key]))
            for before, after in changes
            for where in {before.derived.place, after.derived.place}
            if where is not None
        ]
        days = await score_days(connection, definitions, union(causes), now=now)
    return Recorded(activities=len(changes), days=days)


async def _merge_all(
    connection: Connection, by_key: Mapping[ActivityKey, Sequence[Observed]], roster: Roster
) -> list[tuple[ActivityRow, ActivityRow]]:
    """Each activity that the batch tells something new about, before and after."""
    unknown = {key: ActivityRow(key=key, states={}, derived=NOTHING_YET) for key in by_key}
    as_new = {key: _merged(unknown[key], news, roster) for key, news in by_key.items()}
    made = await store.insert_activities(connection, list(as_new.values()))
    changes = [(unknown[key], as_new[key]) for key in made]
    if known := by_key.keys() - made:
        rows = await store.lock_activities(connection, known)
        merged = [(row, _merged(row, by_key[row.key], roster)) for row in rows]
        changed = [(before, after) for before, after in merged if after is not before]
        if changed:
            await store.update_activities(connection, [after for _, after in changed])
        changes += changed
    return changes


def _merged(row: ActivityRow, news: Sequence[Observed], roster: Roster) -> ActivityRow:
    states = row.states
    for observed in news:
        states = merge(states, observed.observation, observed.event_id)
    if states is row.states:
        return row
    source, account, _ = row.key
    return ActivityRow(key=row.key, states=states, derived=derive(states, source=source, account=account, roster=roster))


def _cause(news: Sequence[Observed]) -> Cause:
    return Cause(traceparent=news[-1].traceparent, history=all(one.history for one in news))
