"""Recount from the stored facts, while the system runs, and say where what is stored differs.

Nothing is taken from the tables but the facts. Placing and matching are done in Python here and days are counted by a query
elsewhere, so that each checks the other.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from services.scoring import store
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import waiting_to_be_scored
from services.scoring.domain.activities.activity_record import Derived, derive
from services.scoring.domain.activities.counting import Place, counted_by
from services.scoring.domain.day import Day, Definitions
from services.scoring.domain.playbook.unverified import doubts
from services.scoring.store import ActivityKey, ActivityRow
from shared.requests.scores import AuditQuery, AuditReport

EVERYTHING = AuditQuery()
_DIFFERENCES_MAX = 1_000


async def audit_scores(pool: asyncpg.Pool, cache: DefinitionsCache, query: AuditQuery = EVERYTHING) -> AuditReport:
    """One consistent view of the tables, recounted. Reps whose days are being scored anew are left out, and said to be."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        waiting = await waiting_to_be_scored(connection)
        audit = _Audit(definitions=definitions, query=query, waiting=waiting)
        for listed in ("list_placed_activities", "list_unplaced_activities"):
            async for rows in store.list_activities(connection, listed):
                for row in rows:
                    audit.see_activity(row)
        audit.count_day()
        async for days in store.list_all_days(connection):
            for day in days:
                audit.see_day(day)
    return audit.report()


@dataclass(kw_only=True)
class _Recounted:
    counts: Counter[str] = field(default_factory=Counter)
    goals: Counter[str] = field(default_factory=Counter)
    first_counted_at: datetime | None = None


@dataclass(kw_only=True)
class _Audit:
    """What was seen so far. Activities come day by day, so that only those of one day are kept at a time."""

    definitions: Definitions
    query: AuditQuery
    waiting: set[str]
    of_day: list[tuple[ActivityKey, Derived]] = field(default_factory=list)
    recounted: dict[Place, _Recounted] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    activities: int = 0
    days: int = 0

    def see_activity(self, row: ActivityRow) -> None:
        source, account, _ = row.key
        derived = derive(row.states, source=source, account=account, roster=self.definitions.roster)
        places = [place for place in (row.derived.place, derived.place) if place is not None]
        if any(place.rep_id in self.waiting for place in places) or not self._is_asked_for(places):
            return
        self.activities += 1
        if row.derived != derived:
            said = f"stored {_said(row.derived)}, its facts say {_said(derived)}"
            self.differences.append(f"activity {'/'.join(row.key)}: {said}")
        if derived.place is None:
            return
        if self.of_day and self.of_day[0][1].place != derived.place:
            self.count_day()
        self.of_day.append((row.key, derived))

    def _is_asked_for(self, places: list[Place]) -> bool:
        """Those that are nobody's only when everything is."""
        query = self.query
        if not places:
            return query == EVERYTHING
        return any(
            query.rep in (None, place.rep_id)
            and (query.first is None or query.first <= place.day)
            and (query.last is None or place.day <= query.last)
            for place in places
        )

    def count_day(self) -> None:
        """Count what was seen of one day."""
        of_day, self.of_day = self.of_day, []
        place = of_day[0][1].place if of_day else None
        if place is None:
            return
        playbook = self.definitions.playbook_of(self.definitions.roster.reps[place.rep_id], place.day)
        if playbook is None:
            return
        left_out = doubts(of_day, playbook.unverified) if playbook.leaves_out_unverified else {}
        known = self.recounted.setdefault(place, _Recounted())
        for derived in (derived for key, derived in of_day if key not in left_out):
            keys = counted_by(derived, playbook.behaviours)
            known.counts.update(keys)
            known.goals.update(counted_by(derived, playbook.goals))
            if keys and derived.started_at is not None:
                known.first_counted_at = min(known.first_counted_at or derived.started_at, derived.started_at)

    def see_day(self, day: Day) -> None:
        """Days of who is no longer in the roster stay as they were, and nobody sees them."""
        is_seen = day.rep_id in self.definitions.roster.reps and day.rep_id not in self.waiting
        if not is_seen or not self._is_asked_for([day.place]):
            return
        self.days += 1
        self.differences += _day_differences(day, self.recounted.pop(day.place, _Recounted()), self.definitions)

    def report(self) -> AuditReport:
        missing = [
            f"{place.rep_id} {place.day}: counts {dict(recounted.counts)} but has no day"
            for place, recounted in self.recounted.items()
            if recounted.counts or recounted.goals
        ]
        return AuditReport(
            activities=self.activities,
            days=self.days,
            waiting=len(self.waiting),
            differences=tuple((self.differences + missing)[:_DIFFERENCES_MAX]),
        )


def _said(derived: Derived) -> str:
    return f"{derived.place.rep_id} {derived.place.day}" if derived.place else "nobody's"


def _day_differences(day: Day, recounted: _Recounted, definitions: Definitions) -> Iterator[str]:
    score = definitions.shown_score(day.rep_id, day.day, recounted.counts)
    for what, stored, right in (
        ("counts", dict(day.tally.counts), dict(recounted.counts)),
        ("goals", dict(day.tally.goals), dict(recounted.goals)),
        ("first at", day.tally.first_counted_at, recounted.first_counted_at),
        ("score", day.score, score),
    ):
        if stored != right:
            yield f"{day.rep_id} {day.day}: stored {what} {stored}, recounted {right}"
