"""Calibrate the drop detector of each team on the team's own history: once a week, and when somebody asks."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import asyncpg
import structlog

from services.nudges.context.announcements import list_announcements
from services.nudges.context.baselines import list_team_days
from services.nudges.domain.announcements import comparable_versions
from services.nudges.domain.drop.calibration import DAYS_BEFORE_ASSESSMENT, calibrate, next_calibration
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.experiments.calibrations import (
    ActiveTeam,
    add_calibration_plan,
    claim_calibration,
    find_team_strictness,
    list_active_teams,
    list_due_calibrations,
    list_unplanned_teams,
    mark_calibrated,
    merge_calibration,
)
from shared.errors import DaymarkError
from shared.events import TeamId
from shared.postgres.pool import Connection
from shared.requests.nudges import CalibrationList, CalibrationRow

_log = structlog.get_logger()
_ASSESSED_DAYS: Final = 120_000
"""So many assessed days, over all random orders, tell the alert rate to about a twentieth and take a few seconds."""
_ASSESSED_DAYS_PER_REP: Final = 2_500
_ROUNDS_MAX: Final = 1_200


class NoSuchTeam(DaymarkError):
    """No rep of this team has an open day under a playbook. `daymark playbook list` shows the teams."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyCalibration:
    """The outcome of a team's weekly calibration. `strictness_before` is the team's until then, if there was any."""

    row: CalibrationRow
    strictness_before: float | None

    @property
    def outcome(self) -> str:
        """`changed`, `unchanged` or `not_known`; the label of a metric."""
        if self.row.strictness is None:
            return "not_known"
        is_unchanged = self.strictness_before is not None and self.row.strictness == round(self.strictness_before, 2)
        return "unchanged" if is_unchanged else "changed"


async def calibrate_teams(pool: asyncpg.Pool, team_id: TeamId | None, *, now: datetime) -> CalibrationList:
    """Calibrate every team, or one, by the version that judges most of its reps today. The limits apply from the next check on.

    Raises:
        NoSuchTeam: no active team has this id.
    """
    teams = await list_active_teams(pool, team_id)
    if team_id is not None and not teams:
        raise NoSuchTeam(team_id)
    rows = []
    for team in teams:
        async with pool.acquire() as connection, connection.transaction():
            rows.append(await _calibrate(connection, team, now=now))
    return CalibrationList(teams=tuple(rows))


async def plan_calibrations(pool: asyncpg.Pool, *, now: datetime) -> None:
    """Plan the first calibration of every new team for the next Sunday, like those of all others."""
    for team in await list_unplanned_teams(pool):
        await add_calibration_plan(pool, team.team_id, due_at=next_calibration(team.timezone, now=now))


async def run_weekly_calibrations(pool: asyncpg.Pool, *, now: datetime) -> list[WeeklyCalibration]:
    """Calibrate every team whose week is over, once over all replicas.

    A team that another replica is calibrating is passed over. A calibration that was interrupted is still due. After several
    weeks without one there is one calibration, not one per week.
    """
    calibrations = [await _calibrate_if_due(pool, team_id, now=now) for team_id in await list_due_calibrations(pool, now=now)]
    return [calibration for calibration in calibrations if calibration is not None]


async def _calibrate_if_due(pool: asyncpg.Pool, team_id: TeamId, *, now: datetime) -> WeeklyCalibration | None:
    async with pool.acquire() as connection, connection.transaction():
        if not await claim_calibration(connection, team_id, now=now):
            return None
        teams = await list_active_teams(connection, team_id)
        if not teams:
            return None
        strictness_before = await find_team_strictness(connection, team_id)
        row = await _calibrate(connection, teams[0], now=now)
        await mark_calibrated(connection, team_id, next_at=next_calibration(teams[0].timezone, now=now))
    calibration = WeeklyCalibration(row=row, strictness_before=strictness_before)
    _log_calibration(calibration)
    return calibration


def _log_calibration(calibration: WeeklyCalibration) -> None:
    row = calibration.row
    is_over_budget = row.alerts_after is not None and row.alerts_after > 1
    log = _log.warning if is_over_budget else _log.info
    log(
        "drop_limits_calibrated",
        team=row.team,
        outcome=calibration.outcome,
        reps=row.reps,
        worked_days=row.worked_days,
        strictness_before=calibration.strictness_before,
        strictness=row.strictness,
        strictness_min=row.strictness_min,
        strictness_max=row.strictness_max,
        alerts_before=row.alerts_before,
        alerts_after=row.alerts_after,
    )


async def _calibrate(connection: Connection, team: ActiveTeam, *, now: datetime) -> CalibrationRow:
    versions = comparable_versions(team.version, await list_announcements(connection, team.rep_id))
    days_by_rep = await list_team_days(connection, team.team_id, before=team.day, versions=versions)
    reps = list(days_by_rep.values())
    assessed_days = sum(max(0, len(days) - DAYS_BEFORE_ASSESSMENT) for days in reps)
    assessed_days_aim = max(_ASSESSED_DAYS, _ASSESSED_DAYS_PER_REP * len(reps))
    rounds = min(_ROUNDS_MAX, -(-assessed_days_aim // max(1, assessed_days)))
    random = Random(team.team_id)  # noqa: S311 - it orders days and protects nothing
    calibration = await asyncio.to_thread(calibrate, reps, ErrorBudget(), rounds=rounds, random=random)
    if calibration is None:
        return CalibrationRow(team=team.team_id, reps=len(reps))
    await merge_calibration(connection, team.team_id, list(days_by_rep), calibration, now=now)
    return CalibrationRow(
        team=team.team_id,
        reps=len(reps),
        worked_days=sum(map(len, reps)),
        strictness=round(calibration.strictness, 2),
        strictness_min=round(min(calibration.rep_strictness), 2),
        strictness_max=round(max(calibration.rep_strictness), 2),
        alerts_before=round(calibration.alerts_before, 2),
        alerts_after=round(calibration.alerts_after, 2),
    )
