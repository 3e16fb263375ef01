"""Re-check the budget of false alerts on each team's own history, and keep how strict the watch for drops must be there."""

import asyncio
from datetime import datetime
from itertools import groupby
from random import Random
from typing import Final

import asyncpg

from services.nudges.domain.definition import comparable_versions
from services.nudges.domain.drop.budget import ErrorBudget
from services.nudges.domain.drop.calibration import DAYS_UNJUDGED, calibrate
from services.nudges.store import QUERIES, list_definitions
from services.nudges.watching import team_days
from shared.errors import DaymarkError
from shared.nudge_requests import CalibrationList, CalibrationRow

_JUDGED_DAYS: Final = 40_000
"""So many make the rates known to about a twelfth, and take a second or two."""
_ROUNDS_MAX: Final = 400


class NoSuchTeam(DaymarkError):
    """No rep of this team has an open day under a playbook. `daymark playbook list` shows the teams."""


async def calibrate_teams(pool: asyncpg.Pool, team_id: str | None, *, now: datetime) -> CalibrationList:
    """Each team, or one, by the version that judges most of its reps today. The limits hold from the next look on.

    Raises:
        NoSuchTeam: there is none of this name.
    """
    rows = await pool.fetch(QUERIES["list_teams"], team_id)
    if team_id is not None and not rows:
        raise NoSuchTeam(team_id)
    newest = [next(versions) for _, versions in groupby(rows, key=lambda row: row["team_id"])]
    return CalibrationList(teams=tuple([await _calibrate(pool, row, now=now) for row in newest]))


async def _calibrate(pool: asyncpg.Pool, row: asyncpg.Record, *, now: datetime) -> CalibrationRow:
    team_id = row["team_id"]
    async with pool.acquire() as connection:
        versions = comparable_versions(row["version"], await list_definitions(connection, row["rep_id"]))
        reps = await team_days(connection, team_id, before=row["day"], versions=versions)
    judged = sum(max(0, len(days) - DAYS_UNJUDGED) for days in reps)
    rounds = min(_ROUNDS_MAX, -(-_JUDGED_DAYS // max(1, judged)))
    random = Random(team_id)  # noqa: S311 - an order of days, no secret
    found = await asyncio.to_thread(calibrate, reps, ErrorBudget(), rounds=rounds, random=random)
    if found is None:
        return CalibrationRow(team=team_id, reps=len(reps))
    strictness = found.budget.strictness
    kept = team_id, strictness, found.alerts_before, found.alerts_after, found.days, now
    await pool.execute(QUERIES["merge_calibration"], *kept)
    return CalibrationRow(
        team=team_id,
        reps=len(reps),
        worked_days=sum(map(len, reps)),
        strictness=round(strictness, 2),
        alerts_before=round(found.alerts_before, 2),
        alerts_after=round(found.alerts_after, 2),
    )
