"""Re-check the budget of false alerts on each team's own history, and keep how strict the watch for drops must be there: once
a week by itself, and when asked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from random import Random
from typing import Final

import asyncpg
import structlog

from services.nudges.context.baselines import team_days
from services.nudges.domain.announcements import comparable_versions
from services.nudges.domain.drop.calibration import DAYS_UNJUDGED, Calibration, calibrate, next_calibration
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.store import QUERIES, list_definitions
from shared.errors import DaymarkError
from shared.postgres.pool import Connection
from shared.requests.nudges import CalibrationList, CalibrationRow

_log = structlog.get_logger()
_JUDGED_DAYS: Final = 120_000
"""So many make the rates known to about a twentieth, and take a few seconds."""
_JUDGED_DAYS_A_REP: Final = 2_500
_ROUNDS_MAX: Final = 1_200


class NoSuchTeam(DaymarkError):
    """No rep of this team has an open day under a playbook. `daymark playbook list` shows the teams."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recheck:
    """What a team's weekly re-check came to. `before`: the team's strictness until then, if any."""

    row: CalibrationRow
    before: float | None

    @property
    def outcome(self) -> str:
        """One of `metrics.RECHECKS`."""
        if self.row.strictness is None:
            return "not_known"
        return "unchanged" if self.before is not None and self.row.strictness == round(self.before, 2) else "changed"


async def calibrate_teams(pool: asyncpg.Pool, team_id: str | None, *, now: datetime) -> CalibrationList:
    """Each team, or one, by the version that judges most of its reps today. The limits hold from the next look on.

    Raises:
        NoSuchTeam: there is none of this name.
    """
    rows = await _teams(pool, team_id)
    if team_id is not None and not rows:
        raise NoSuchTeam(team_id)
    found = []
    for row in rows:
        async with pool.acquire() as connection, connection.transaction():
            found.append(await _calibrate(connection, row, now=now))
    return CalibrationList(teams=tuple(found))


async def plan_calibrations(pool: asyncpg.Pool, *, now: datetime) -> None:
    """A team that is new is re-checked on the next Sunday, as all are."""
    for row in await pool.fetch(QUERIES["list_unplanned_teams"]):
        await pool.execute(QUERIES["add_calibration_plan"], row["team_id"], next_calibration(row["timezone"], now=now))


async def recheck_teams(pool: asyncpg.Pool, *, now: datetime) -> list[Recheck]:
    """Every team whose week is over, once over all replicas. A team that another looks at just now is passed over; one whose
    look was interrupted is due still. After weeks at a stand there is one look, and not one for each."""
    found = []
    for due in await pool.fetch(QUERIES["list_due_calibrations"], now):
        rechecked = await _recheck(pool, due["team_id"], now=now)
        found += [rechecked] if rechecked is not None else []
    return found


async def _recheck(pool: asyncpg.Pool, team_id: str, *, now: datetime) -> Recheck | None:
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(QUERIES["claim_calibration"], team_id, now) is None:
            return None
        rows = await _teams(connection, team_id)
        if not rows:
            return None
        before = await connection.fetchval(QUERIES["find_strictness"], team_id, None)
        row = await _calibrate(connection, rows[0], now=now)
        await connection.execute(QUERIES["mark_calibrated"], team_id, next_calibration(rows[0]["timezone"], now=now))
    found = Recheck(row=row, before=before)
    report = _log.warning if row.alerts_after is not None and row.alerts_after > 1 else _log.info
    report("drop_limits_rechecked", outcome=found.outcome, before=before, **row.model_dump())
    return found


async def _teams(connection: Connection | asyncpg.Pool, team_id: str | None) -> list[asyncpg.Record]:
    rows = await connection.fetch(QUERIES["list_teams"], team_id)
    return [next(versions) for _, versions in groupby(rows, key=lambda row: row["team_id"])]


async def _calibrate(connection: Connection, row: asyncpg.Record, *, now: datetime) -> CalibrationRow:
    team_id = row["team_id"]
    versions = comparable_versions(row["version"], await list_definitions(connection, row["rep_id"]))
    days_of = await team_days(connection, team_id, before=row["day"], versions=versions)
    reps = list(days_of.values())
    judged = sum(max(0, len(days) - DAYS_UNJUDGED) for days in reps)
    wanted = max(_JUDGED_DAYS, _JUDGED_DAYS_A_REP * len(reps))
    rounds = min(_ROUNDS_MAX, -(-wanted // max(1, judged)))
    random = Random(team_id)  # noqa: S311 - an order of days, no secret
    found = await asyncio.to_thread(calibrate, reps, ErrorBudget(), rounds=rounds, random=random)
    if found is None:
        return CalibrationRow(team=team_id, reps=len(reps))
    await _keep(connection, team_id, list(days_of), found, now=now)
    return CalibrationRow(
        team=team_id,
        reps=len(reps),
        worked_days=sum(map(len, reps)),
        strictness=round(found.strictness, 2),
        laxest=round(min(found.of_reps), 2),
        strictest=round(max(found.of_reps), 2),
        alerts_before=round(found.alerts_before, 2),
        alerts_after=round(found.alerts_after, 2),
    )


async def _keep(connection: Connection, team_id: str, reps: Sequence[str], found: Calibration, *, now: datetime) -> None:
    kept = team_id, found.strictness, found.alerts_before, found.alerts_after, found.days, now
    await connection.execute(QUERIES["merge_calibration"], *kept)
    await connection.execute(QUERIES["lock_remembered"])  # whoever was forgotten meanwhile has no days any more
    await connection.execute(QUERIES["delete_rep_calibrations"], team_id)
    await connection.execute(QUERIES["merge_rep_calibrations"], team_id, list(reps), list(found.of_reps))
