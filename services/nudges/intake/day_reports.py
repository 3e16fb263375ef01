"""Take in a day report and decide about it."""

import json
from datetime import datetime
from typing import Final

from services.nudges.decide.decision_context import DecisionContext
from services.nudges.decide.on_change import DayChanges, decide_on_change
from services.nudges.domain.decision import Outcome
from services.nudges.domain.trends.score_by_time import quarter_hour_of
from services.nudges.rules.catalogue import REEVALUATED
from shared.events import DayReport
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change

_QUERIES: Final = Queries.beside(__file__)
_REEVALUATED: Final = " ".join(sorted(REEVALUATED))


async def take_in_day_report(connection: Querier, report: DayReport, context: DecisionContext) -> tuple[bool, list[Outcome]]:
    """Whether the report was newer than what was known, and what came of it. Handled again, it changes nothing. Needs the
    person's lock, and that of the team if the plan is done."""
    changes = await _merge_day(connection, report, now=context.now)
    if changes is None:
        return False, []
    await _record_managers(connection, report)
    return True, await decide_on_change(connection, report, changes, context)


async def _merge_day(connection: Querier, report: DayReport, *, now: datetime) -> DayChanges | None:
    """Store the report if it is newer than what is known. Returns what it changes; None if it is not newer."""
    counted = [behaviour.key for behaviour in report.behaviours if behaviour.count and not report.silent]
    row = (
        report.rep.id,
        report.day,
        report.revision,
        report.model_dump_json(),
        now if counted else None,
        json.dumps(dict.fromkeys(counted, now.isoformat())),
        _score_by_quarter_hour(report, now=now),
        _REEVALUATED,
    )
    merged = await change(connection, _QUERIES["merge_days"], [row])
    if not merged:
        return None
    first_seen = json.loads(merged[0]["first_seen"])
    return DayChanges(
        begun=[key for key in counted if first_seen[key] == now.isoformat()],
        is_replanned=merged[0]["is_replanned"],
        has_sent=merged[0]["has_sent"],
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
