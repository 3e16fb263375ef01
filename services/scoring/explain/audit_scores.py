"""Count everything again from the stored facts, while the system runs, and report what differs from the stored counts.

Only facts are trusted. Assignments and counts are computed in Python here and by a query elsewhere, so each checks the other.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from services.scoring.days.days import list_all_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import list_pending_rescores
from services.scoring.domain.activities.activity_record import ActivityRecord, derive_again
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.counting import counted_behaviours, counted_goals
from services.scoring.domain.activities.unverified import mark_unverified
from services.scoring.domain.day import Day
from services.scoring.domain.definitions import Definitions
from services.scoring.explain.audit_parts import PartsAudit
from services.scoring.record.activities import list_all_activities
from shared.events import BehaviourKey, GoalKey, RepId
from shared.requests.scores import AuditQuery, AuditReport

EVERYTHING: Final = AuditQuery()
_DIFFERENCES_MAX: Final = 1_000


async def audit_scores(pool: asyncpg.Pool, cache: DefinitionsCache, query: AuditQuery = EVERYTHING) -> AuditReport:
    """Audit one consistent view of the tables. Reps whose days wait to be scored again are left out and counted."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        audit = _Audit(definitions=definitions, query=query, pending=await list_pending_rescores(connection))
        async for records in list_all_activities(connection):
            for record in records:
                audit.add_activity(record)
        audit.count_collected_day()
        async for days in list_all_days(connection):
            for day in days:
                audit.compare_day(day)
    return audit.report()


@dataclass(kw_only=True)
class _Recount:
    counts: Counter[BehaviourKey] = field(default_factory=Counter)
    goals: Counter[GoalKey] = field(default_factory=Counter)
    first_counted_at: datetime | None = None


@dataclass(kw_only=True)
class _Audit:
    """What was read so far. Activities come day by day, so only those of one day are collected at a time."""

    definitions: Definitions
    query: AuditQuery
    pending: set[RepId]
    collected: list[ActivityRecord] = field(default_factory=list)
    recounts: dict[RepDay, _Recount] = field(default_factory=dict)
    parts: PartsAudit = field(default_factory=PartsAudit)
    differences: list[str] = field(default_factory=list)
    activities: int = 0
    days: int = 0

    def add_activity(self, record: ActivityRecord) -> None:
        """Check what was derived from the facts of a stored activity, and collect it for its day."""
        if self.query == EVERYTHING:
            self.parts.add(record)
        derived = derive_again(record, record.states, roster=self.definitions.roster)
        rep_days = [rep_day for rep_day in (record.rep_day, derived.rep_day) if rep_day is not None]
        if any(rep_day.rep_id in self.pending for rep_day in rep_days) or not self._is_wanted(rep_days):
            return
        self.activities += 1
        if record != derived:
            difference = f"stored as {_describe(record)}, its facts give {_describe(derived)}"
            self.differences.append(f"activity {'/'.join(record.key)}: {difference}")
        if derived.rep_day is None:
            return
        if self.collected and self.collected[0].rep_day != derived.rep_day:
            self.count_collected_day()
        self.collected.append(derived)

    def _is_wanted(self, rep_days: list[RepDay]) -> bool:
        """Whether the query asks for one of these days. Activities without a day are audited only with everything else."""
        query = self.query
        if not rep_days:
            return query == EVERYTHING
        return any(
            query.rep in (None, rep_day.rep_id)
            and (query.first is None or query.first <= rep_day.day)
            and (query.last is None or rep_day.day <= query.last)
            for rep_day in rep_days
        )

    def count_collected_day(self) -> None:
        """Count the collected activities, which are of one day, and collect the next day's from now on."""
        records, self.collected = self.collected, []
        rep_day = records[0].rep_day if records else None
        if rep_day is None:
            return
        playbook = self.definitions.playbook_of(self.definitions.roster.reps[rep_day.rep_id], rep_day.day)
        if playbook is None:
            return
        activities = [(record.key, record.activity) for record in records]
        excluded = mark_unverified(activities, playbook.unverified) if playbook.excludes_unverified else {}
        recount = self.recounts.setdefault(rep_day, _Recount())
        for activity in (activity for key, activity in activities if key not in excluded):
            behaviours = counted_behaviours(activity, playbook.behaviours)
            recount.counts.update(behaviours)
            recount.goals.update(counted_goals(activity, playbook.goals))
            if behaviours and activity.started_at is not None:
                recount.first_counted_at = min(recount.first_counted_at or activity.started_at, activity.started_at)

    def compare_day(self, day: Day) -> None:
        """Compare a stored day with its recount. Days of reps who are not in the roster stay as last reported."""
        is_audited = day.rep_id in self.definitions.roster.reps and day.rep_id not in self.pending
        if not is_audited or not self._is_wanted([day.rep_day]):
            return
        self.days += 1
        self.differences += _day_differences(day, self.recounts.pop(day.rep_day, _Recount()), self.definitions)

    def report(self) -> AuditReport:
        missing = [
            f"{rep_day.rep_id} {rep_day.day}: counts {dict(recount.counts)} but has no day"
            for rep_day, recount in self.recounts.items()
            if recount.counts or recount.goals
        ]
        return AuditReport(
            activities=self.activities,
            days=self.days,
            waiting=len(self.pending),
            differences=tuple([*self.differences, *missing, *self.parts.differences()][:_DIFFERENCES_MAX]),
        )


def _describe(record: ActivityRecord) -> str:
    return f"{record.rep_day.rep_id} {record.rep_day.day}" if record.rep_day else "no rep's day"


def _day_differences(day: Day, recount: _Recount, definitions: Definitions) -> Iterator[str]:
    score = definitions.shown_score(day.rep_id, day.day, recount.counts)
    for name, stored, right in (
        ("counts", dict(day.tally.counts), dict(recount.counts)),
        ("goals", dict(day.tally.goals), dict(recount.goals)),
        ("first counted at", day.tally.first_counted_at, recount.first_counted_at),
        ("score", day.score, score),
    ):
        if stored != right:
            yield f"{day.rep_id} {day.day}: stored {name} {stored}, recounted {right}"
