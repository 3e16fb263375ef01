"""What is known of a rep and their team over months, for the rules that compare what is now with what is usual."""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from services.nudges.domain.announcements import comparable_versions
from services.nudges.domain.baseline import Midday, PastDay, Watch
from services.nudges.domain.candidate import RULE_DROP
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import LOOKED_AT_DAYS
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamUsual, usual_of_team
from services.nudges.store import QUERIES, list_definitions
from shared.events import DayReport
from shared.postgres.pool import Connection

TEAM_LOOKED_AT: Final = timedelta(weeks=18)
MIDDAYS_MAX: Final = 20
_KEPT: Final = timedelta(days=3)
"""Days of one team begin in several zones."""


async def middays_of(connection: Connection, report: DayReport) -> tuple[Midday, ...]:
    """The worked days before a rep's day on which the same counted as on it, as they were at their middle, newest first."""
    versions = await _comparable(connection, report)
    rows = await connection.fetch(QUERIES["list_middays"], report.rep.id, report.day, list(versions), MIDDAYS_MAX)
    return tuple(Midday(by_then=json.loads(row["by_then"]), in_all=json.loads(row["in_all"] or "{}")) for row in rows)


async def _comparable(connection: Connection, report: DayReport) -> Collection[int]:
    if report.playbook_version is None:
        return ()
    return comparable_versions(report.playbook_version, await list_definitions(connection, report.rep.id))


async def watch_of(connection: Connection, report: DayReport) -> Watch | None:
    """What is known before a rep's day; None when no definition judges it. Needs the person's lock."""
    versions = await _comparable(connection, report)
    if not versions:
        return None
    rows = await connection.fetch(QUERIES["list_past_days"], report.rep.id, report.day, list(versions), LOOKED_AT_DAYS)
    past = [PastDay(day=row["day"], counts=json.loads(row["counts"] or "{}"), part=row["part"]) for row in rows]
    return Watch(
        past=tuple(reversed(past)),
        team=await _team_usual(connection, report, versions),
        budget=ErrorBudget(
            strictness=await connection.fetchval(QUERIES["find_strictness"], report.team.id, report.rep.id) or 0.0
        ),
        alerted_on=await connection.fetchval(QUERIES["find_last_spoken"], report.rep.id, RULE_DROP),
    )


async def team_days(
    connection: Connection, team_id: str, *, before: date, versions: Collection[int]
) -> dict[str, list[WorkedDay]]:
    """By rep, the worked days of a team's last eighteen weeks, oldest first."""
    rows = await connection.fetch(QUERIES["list_team_days"], team_id, before - TEAM_LOOKED_AT, before, list(versions))
    return {
        rep_id: [WorkedDay(weekday=row["day"].weekday(), count=row["count"], exposure=row["part"]) for row in of_rep]
        for rep_id, of_rep in groupby(rows, key=lambda row: row["rep_id"])
    }


async def _team_usual(connection: Connection, report: DayReport, versions: Collection[int]) -> TeamUsual:
    """Computed for the first of the team who is looked at on the day, and kept for the others."""
    key = report.team.id, report.day, report.playbook_version
    known = await connection.fetchval(QUERIES["find_team_usual"], *key)
    if known is not None:
        fields = json.loads(known)
        return TeamUsual(**fields | {"weekday_factors": tuple(fields["weekday_factors"])})
    usual = usual_of_team((await team_days(connection, report.team.id, before=report.day, versions=versions)).values())
    await connection.execute(QUERIES["delete_team_usuals"], report.team.id, report.day - _KEPT)
    await connection.execute(QUERIES["add_team_usual"], *key, json.dumps(asdict(usual)))
    return usual
