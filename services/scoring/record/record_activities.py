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
from services.scoring.days.score_days import Cause, score_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.activity_record import NOTHING_YET, derive
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.day import Definitions
from services.scoring.domain.erased import is_of_forgotten, recognise
from services.scoring.domain.roster.roster import Roster
from services.scoring.record.anonymize_activity import rewritten_without_contact
from services.scoring.record.slices import slices
from services.scoring.store import ActivityKey, ActivityRow
from shared.observation import Observation
from shared.postgres.pool import Connection
from shared.trace import HEADER as TRACEPARENT


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """One observation as it arrived; or what may be taken in of one that `is_recognised` as naming somebody who is forgotten,
    and `is_theirs` if they did it. `headers` are those of its message: the trace is asked for once a day, and not of each."""

    event_id: str
    source: str
    observation: Observation
    history: bool = False
    headers: Mapping[str, str] = {}
    is_recognised: bool = False
    is_theirs: bool = False

    @property
    def key(self) -> ActivityKey:
        return self.source, self.observation.account, self.observation.activity_id

    @property
    def traceparent(self) -> str | None:
        return self.headers.get(TRACEPARENT)


Change = tuple[Place | None, ActivityRow]
"""The day that an activity belonged to before, and the activity as it is now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What a batch came to: activities that it told something new about, and days that changed. `forgotten` observations
    named somebody who is not to be remembered."""

    activities: int
    days: int
    forgotten: int = 0


async def record_activities(
    pool: asyncpg.Pool, cache: DefinitionsCache, batch: Sequence[Observed], *, now: datetime
) -> Recorded:
    """Merge the batch and bring every day that it touches up to date. Recording it again changes nothing."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        by_key: dict[ActivityKey, list[Observed]] = {}
        for observed in _without_the_forgotten(batch, definitions):
            by_key.setdefault(observed.key, []).append(observed)
        forgotten = sum(one.is_recognised for news in by_key.values() for one in news) if definitions.forgotten else 0
        changes = await _merge_all(connection, by_key, definitions)
        days = await score_days(connection, definitions, _causes(changes, by_key), now=now)
    return Recorded(activities=len(changes), days=days, forgotten=forgotten)


def _without_the_forgotten(batch: Sequence[Observed], definitions: Definitions) -> Sequence[Observed]:
    """What may be taken in of the batch."""
    if not definitions.forgotten:
        return batch
    return [_as_taken_in(one, definitions) for one in batch]


def _as_taken_in(one: Observed, definitions: Definitions) -> Observed:
    found = recognise(definitions.forgotten, definitions.roster, one.observation, source=one.source, event_id=one.event_id)
    if found is None:
        return one
    return msgspec.structs.replace(
        one, observation=found.observation, event_id=found.event_id, is_recognised=True, is_theirs=found.is_theirs
    )


async def _merge_all(
    connection: Connection, by_key: Mapping[ActivityKey, Sequence[Observed]], definitions: Definitions
) -> list[Change]:
    """What becomes of each activity that the batch tells something new about: first those that are new, in order of arrival."""
    roster = definitions.roster
    as_new: dict[ActivityKey, ActivityRow] = {}
    async for some in slices(list(by_key.items())):
        for key, news in some:
            if not (definitions.forgotten and all(one.is_theirs for one in news)):
                as_new[key] = _merged(ActivityRow(key=key, states={}, derived=NOTHING_YET), news, roster)
    made = await store.insert_activities(connection, list(as_new.values())) if as_new else set()
    changes: list[Change] = [(None, row) for key, row in as_new.items() if key in made]
    if known := by_key.keys() - made:
        rows = await store.lock_activities(connection, known)
        merged = [(row, _merged_with(row, by_key[row.key], definitions)) for row in rows]
        changed = [(before.derived.place, after) for before, after in merged if after is not before]
        if changed:
            await store.update_activities(connection, [after for _, after in changed])
        changes += changed
    return changes


def _merged_with(row: ActivityRow, news: Sequence[Observed], definitions: Definitions) -> ActivityRow:
    """A row that is still to be cleaned of somebody must not look as if it were, for then it would not be found: what a user
    did who is forgotten stays theirs, and a contact who is goes at once."""
    forgotten, roster = definitions.forgotten, definitions.roster
    if not forgotten:
        return _merged(row, news, roster)
    source, account, _ = row.key
    actor, contact_key = row.derived.actor, row.derived.contact_key
    if actor is not None and is_of_forgotten(forgotten, roster, source, account, actor):
        return _merged(row, [one for one in news if not one.is_theirs], roster)
    if contact_key is not None and forgotten.holds_contact(source=source, contact_key=contact_key):
        return _merged(rewritten_without_contact(row, contact_key, definitions), news, roster)
    return _merged(row, news, roster)


def _merged(row: ActivityRow, news: Sequence[Observed], roster: Roster) -> ActivityRow:
    states = row.states
    for observed in news:
        states = merge(states, observed.observation, observed.event_id)
    if states is row.states:
        return row
    source, account, _ = row.key
    return ActivityRow(key=row.key, states=states, derived=derive(states, source=source, account=account, roster=roster))


def _causes(changes: Sequence[Change], by_key: Mapping[ActivityKey, Sequence[Observed]]) -> dict[Place, Cause]:
    """Why each day that was touched is to be counted anew: the newest trace, and history only where everything is."""
    touching: dict[Place, list[Observed]] = {}
    for before, after in changes:
        for where in {before, after.derived.place}:
            if where is not None:
                touching.setdefault(where, []).extend(by_key[after.key])
    return {
        where: Cause(traceparent=news[-1].traceparent, history=all(one.history for one in news))
        for where, news in touching.items()
    }
