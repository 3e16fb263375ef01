"""Calibrate drop and silence for each team on the team's own history: once a week, and when somebody asks."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import asyncpg
import structlog

from services.nudges.context.announcements import list_announcements
from services.nudges.context.baselines import at_levels, list_team_days
from services.nudges.context.presence import list_presence
from services.nudges.domain.announcements import comparable_versions
from services.nudges.domain.candidate import DROP_RULE, SILENCE_RULE
from services.nudges.domain.drop.calibration import calibrate, judged_days_of, next_calibration
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.levels import measure_levels
from services.nudges.domain.silence.calibration import calibrate_silence, count_judged_days
from services.nudges.domain.silence.evidence import SilenceBudget
from services.nudges.experiments.calibrations import (
    ActiveTeam,
    add_calibration_plan,
    allow_long_calculation,
    claim_calibration,
    find_team_strictness,
    list_active_teams,
    list_due_calibrations,
    list_unplanned_teams,
    mark_calibrated,
    merge_calibration,
    merge_silence_calibration,
)
from shared.errors import DaymarkError
from shared.events import RepId, TeamId
from shared.postgres.pool import Connection
from shared.requests.nudges import CalibrationList, CalibrationRow

_log = structlog.get_logger()
_JUDGED_DAYS: Final = 200_000
"""So many judged days, over all random orders, tell the alert rate to about a twentieth and take a few seconds."""
_JUDGED_DAYS_PER_REP: Final = 5_000
_ROUNDS_MAX: Final = 1_200
CALIBRATED_RULES: Final = (DROP_RULE, SILENCE_RULE)


class NoSuchTeam(DaymarkError):
    """No rep of this team has an open day under a playbook. `daymark playbook list` shows the teams."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyCalibration:
    """The outcome of a team's weekly calibration for one rule. `strictness_before` is the team's until then, if there was
    any."""

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
            rows += await _calibrate(connection, team, now=now)
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
    calibrations: list[WeeklyCalibration] = []
    for team_id in await list_due_calibrations(pool, now=now):
        calibrations += await _calibrate_if_due(pool, team_id, now=now)
    return calibrations


async def _calibrate_if_due(pool: asyncpg.Pool, team_id: TeamId, *, now: datetime) -> list[WeeklyCalibration]:
    async with pool.acquire() as connection, connection.transaction():
        if not await claim_calibration(connection, team_id, now=now):
            return []
        teams = await list_active_teams(connection, team_id)
        if not teams:
            return []
        before = {rule: await find_team_strictness(connection, team_id, rule) for rule in CALIBRATED_RULES}
        rows = await _calibrate(connection, teams[0], now=now)
        await mark_calibrated(connection, team_id, next_at=next_calibration(teams[0].timezone, now=now))
    calibrations = [WeeklyCalibration(row=row, strictness_before=before[row.rule]) for row in rows]
    for calibration in calibrations:
        _log_calibration(calibration)
    return calibrations


def _log_calibration(calibration: WeeklyCalibration) -> None:
    row = calibration.row
    is_over_budget = row.alerts_after is not None and row.alerts_after > 1
    log = _log.warning if is_over_budget else _log.info
    log(
        "limits_calibrated",
        team=row.team,
        rule=row.rule,
        outcome=calibration.outcome,
        reps=row.reps,
        judged_days=row.judged_days,
        strictness_before=calibration.strictness_before,
        strictness=row.strictness,
        strictness_min=row.strictness_min,
        strictness_max=row.strictness_max,
        alerts_before=row.alerts_before,
        alerts_after=row.alerts_after,
    )


async def _calibrate(connection: Connection, team: ActiveTeam, *, now: datetime) -> list[CalibrationRow]:
    """One row per calibrated rule."""
    await allow_long_calculation(connection)
    versions = comparable_versions(team.version, await list_announcements(connection, team.rep_id))
    days_by_rep = await list_team_days(connection, team.team_id, before=team.day, versions=versions)
    return [
        await _calibrate_drop(connection, team, at_levels(days_by_rep, measure_levels(days_by_rep.values())), now=now),
        await _calibrate_silence(connection, team, list(days_by_rep), now=now),
    ]


async def _calibrate_drop(
    connection: Connection, team: ActiveTeam, days_by_rep: Mapping[RepId, Sequence[WorkedDay]], *, now: datetime
) -> CalibrationRow:
    reps = list(days_by_rep.values())
    judged_days = sum(map(judged_days_of, reps))
    rounds = min(_ROUNDS_MAX, math.ceil(max(_JUDGED_DAYS, _JUDGED_DAYS_PER_REP * len(reps)) / max(1, judged_days)))
    random = Random(team.team_id)  # noqa: S311 - it orders days and protects nothing
    calibration = await asyncio.to_thread(calibrate, reps, ErrorBudget(), rounds=rounds, random=random)
    if calibration is None:
        return CalibrationRow(team=team.team_id, rule=DROP_RULE, reps=len(reps), judged_days=round(judged_days))
    await merge_calibration(connection, team.team_id, list(days_by_rep), calibration, now=now)
    return CalibrationRow(
        team=team.team_id,
        rule=DROP_RULE,
        reps=len(reps),
        judged_days=calibration.judged_days,
        strictness=round(calibration.strictness, 2),
        strictness_min=round(min(calibration.rep_strictness), 2),
        strictness_max=round(max(calibration.rep_strictness), 2),
        alerts_before=round(calibration.alerts_before, 2),
        alerts_after=round(calibration.alerts_after, 2),
    )


async def _calibrate_silence(
    connection: Connection, team: ActiveTeam, rep_ids: Sequence[RepId], *, now: datetime
) -> CalibrationRow:
    presence = list((await list_presence(connection, rep_ids, before=team.day)).values())
    calibration = calibrate_silence(presence, SilenceBudget())
    if calibration is None:
        judged_days = sum(map(count_judged_days, presence))
        return CalibrationRow(team=team.team_id, rule=SILENCE_RULE, reps=len(rep_ids), judged_days=judged_days)
    await merge_silence_calibration(connection, team.team_id, calibration, now=now)
    strictness = round(calibration.strictness, 2)
    return CalibrationRow(
        team=team.team_id,
        rule=SILENCE_RULE,
        reps=len(rep_ids),
        judged_days=calibration.judged_days,
        strictness=strictness,
        strictness_min=strictness,
        strictness_max=strictness,
        alerts_before=round(calibration.alerts_before, 2),
        alerts_after=round(calibration.alerts_after, 2),
    )
