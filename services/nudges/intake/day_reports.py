"""Store day reports and decide about them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.nudges.decide.decision_context import DecisionContext
from services.nudges.decide.on_change import DayChanges, decide_on_change
from services.nudges.domain.decision import Outcome
from services.nudges.domain.trends.score_by_time import quarter_hour_of
from services.nudges.rules.catalogue import REEVALUATED
from shared.events import BehaviourKey, DayReport, PersonId, RepId, TeamId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Arguments, Querier, change, columns_of

_QUERIES: Final = Queries.beside(__file__)
_REEVALUATED: Final = sorted(REEVALUATED)
_DAY_COLUMNS: Final = 7


ChangesOfDays = Mapping[tuple[RepId, date], DayChanges]
"""What reports have changed of their days, by rep and day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Locks:
    """Who is locked until the transaction ends, and the digests by which people are recognised who were erased."""

    people: Collection[PersonId] = ()
    teams: Collection[TeamId] = ()
    digests: Collection[bytes] = ()


NO_LOCKS: Final = Locks()


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """The digests that stand for somebody who was erased. If there are none, what each report changed that was newer than what
    was known of its day."""

    erased: Collection[bytes]
    changes: ChangesOfDays


async def merge_days(connection: Connection, reports: Sequence[DayReport], locks: Locks = NO_LOCKS, *, now: datetime) -> Merged:
    """Take the locks and store these reports, each of another day, if nobody of these people was erased."""
    counted = [_counted(report) for report in reports]
    rows = [_columns(report, keys, now=now) for report, keys in zip(reports, counted, strict=True)]
    days = columns_of(rows) if rows else [[]] * _DAY_COLUMNS
    people, teams, digests = list(locks.people), list(locks.teams), list(locks.digests)
    stored = await connection.fetch(_QUERIES["take_in_days"], people, teams, digests, _REEVALUATED, *days)
    keys_of = {(report.rep.id, report.day): keys for report, keys in zip(reports, counted, strict=True)}
    changes = {}
    for row in stored:
        if row["digest"] is None:
            key, first_seen = (RepId(row["rep_id"]), row["day"]), json.loads(row["first_seen"])
            begun = [behaviour for behaviour in keys_of[key] if first_seen[behaviour] == now.isoformat()]
            changes[key] = DayChanges(begun=begun, is_replanned=row["is_replanned"], has_sent=row["has_sent"])
    return Merged(erased=[row["digest"] for row in stored if row["digest"] is not None], changes=changes)


async def take_in_day_report(
    connection: Querier, report: DayReport, changes: DayChanges, context: DecisionContext
) -> list[Outcome]:
    """What comes of a report that was newer than what was known. Needs the person's lock, and that of the team if the plan is
    done."""
    await _record_managers(connection, report)
    return await decide_on_change(connection, report, changes, context)


def _counted(report: DayReport) -> list[BehaviourKey]:
    """The behaviours that have begun to count."""
    return [behaviour.key for behaviour in report.behaviours if behaviour.count and not report.silent]


def _columns(report: DayReport, counted: Collection[BehaviourKey], *, now: datetime) -> Arguments:
    return (
        report.rep.id,
        report.day,
        report.revision,
        report.model_dump_json(),
        now if counted else None,
        json.dumps(dict.fromkeys(counted, now.isoformat())),
        _score_by_quarter_hour(report, now=now),
    )


def _score_by_quarter_hour(report: DayReport, *, now: datetime) -> str:
    """What the report makes known of its day's score, as JSON: nothing once the day is over, nor of imported history."""
    quarter_hour = quarter_hour_of(now, report.day, report.timezone)
    if report.score is None or report.silent or quarter_hour is None:
        return "{}"
    return json.dumps({quarter_hour: str(report.score)})


async def _record_managers(connection: Querier, report: DayReport) -> None:
    """Store who leads the rep, when a day opens and when it closes."""
    has_begun = any(behaviour.count for behaviour in report.behaviours)
    if report.managers and (report.state == "closed" or not has_begun):
        managers = sorted(report.managers, key=lambda manager: manager.id)
        rows = [(report.rep.id, manager.id, report.day, manager.name, manager.timezone) for manager in managers]
        await change(connection, _QUERIES["merge_managers"], rows)
