"""Recount everything from the stored facts, while the system runs, and say where what is stored differs."""

from collections.abc import Iterator

import asyncpg

from services.scoring import store
from services.scoring.domain.counting import Place
from services.scoring.domain.day import NOTHING_COUNTED, Day, Definitions, Tally
from services.scoring.domain.derivation import Derived, derive
from services.scoring.store import ActivityRow, DefinitionsCache
from shared.requests import AuditReport

_DIFFERENCES_MAX = 1_000


async def audit_scores(pool: asyncpg.Pool, cache: DefinitionsCache) -> AuditReport:
    """One consistent view of the tables, recounted with nothing taken from them but the facts."""
    tallies: dict[Place, Tally] = {}
    differences: list[str] = []
    activities = days = 0
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        async for rows in store.list_activities(connection):
            activities += len(rows)
            for row in rows:
                derived = _derived(row, definitions)
                differences += _activity_differences(row, derived)
                _add(tallies, derived)
        async for chunk in store.list_all_days(connection):
            days += len(chunk)
            for day in chunk:
                differences += _day_differences(day, tallies.pop(day.place, NOTHING_COUNTED), definitions)
    differences += [
        f"{place.rep_id} {place.day}: counts {dict(tally.counts)} but has no day" for place, tally in tallies.items()
    ]
    return AuditReport(activities=activities, days=days, differences=tuple(differences[:_DIFFERENCES_MAX]))


def _derived(row: ActivityRow, definitions: Definitions) -> Derived:
    source, account, _ = row.key
    return derive(row.states, source=source, account=account, definitions=definitions)


def _add(tallies: dict[Place, Tally], derived: Derived) -> None:
    if derived.place is None or derived.started_at is None or not derived.counted:
        return
    known = tallies.get(derived.place, NOTHING_COUNTED)
    counts = dict(known.counts)
    for key in derived.counted:
        counts[key] = counts.get(key, 0) + 1
    first = min(known.first_counted_at or derived.started_at, derived.started_at)
    tallies[derived.place] = Tally(counts=counts, first_counted_at=first)


def _activity_differences(row: ActivityRow, derived: Derived) -> Iterator[str]:
    if row.derived != derived:
        yield f"activity {'/'.join(row.key)}: stored {_said(row.derived)}, its facts say {_said(derived)}"


def _said(derived: Derived) -> str:
    where = f"{derived.place.rep_id} {derived.place.day}" if derived.place else "nobody's"
    return f"{where}, counts for {', '.join(derived.counted) or 'nothing'}"


def _day_differences(day: Day, recounted: Tally, definitions: Definitions) -> Iterator[str]:
    name = f"{day.rep_id} {day.day}"
    if dict(day.tally.counts) != dict(recounted.counts):
        yield f"{name}: stored counts {dict(day.tally.counts)}, recounted {dict(recounted.counts)}"
    if day.tally.first_counted_at != recounted.first_counted_at:
        yield f"{name}: stored first at {day.tally.first_counted_at}, recounted {recounted.first_counted_at}"
    score = definitions.shown_score(day.rep_id, day.day, recounted.counts)
    if day.score != score:
        yield f"{name}: stored score {day.score}, recounted {score}"
