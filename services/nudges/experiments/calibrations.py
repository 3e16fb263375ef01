"""Calibrations of drop and silence as typed rows: what is planned for each team, and the strictness of teams and reps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

import asyncpg

from services.nudges.domain.candidate import DROP_RULE, SILENCE_RULE
from services.nudges.domain.drop.calibration import Calibration
from services.nudges.domain.silence.calibration import SilenceCalibration
from services.nudges.locks import block_erasure
from shared.events import RepId, TeamId, VersionNumber
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActiveTeam:
    """A team with open days. `version` judges most of them; `rep_id` is one of the reps whom it judges, and `day` the newest of
    these days. `timezone` is that of most of these reps."""

    team_id: TeamId
    version: VersionNumber
    rep_id: RepId
    day: date
    timezone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnplannedTeam:
    """A team with open days for which no calibration is planned yet."""

    team_id: TeamId
    timezone: str


async def list_active_teams(connection: Connection | asyncpg.Pool, team_id: TeamId | None) -> list[ActiveTeam]:
    """Every team with open days, or this one; by id."""
    rows = await connection.fetch(_QUERIES["list_teams"], team_id)
    most_frequent = [next(versions) for _, versions in groupby(rows, key=lambda row: row["team_id"])]
    return [
        ActiveTeam(
            team_id=row["team_id"], version=row["version"], rep_id=row["rep_id"], day=row["day"], timezone=row["timezone"]
        )
        for row in most_frequent
    ]


async def list_unplanned_teams(pool: asyncpg.Pool) -> list[UnplannedTeam]:
    """By id."""
    rows = await pool.fetch(_QUERIES["list_unplanned_teams"])
    return [UnplannedTeam(team_id=row["team_id"], timezone=row["timezone"]) for row in rows]


async def add_calibration_plan(pool: asyncpg.Pool, team_id: TeamId, *, due_at: datetime) -> None:
    """Plan a team's first calibration."""
    await pool.execute(_QUERIES["add_calibration_plan"], team_id, due_at)


async def list_due_calibrations(pool: asyncpg.Pool, *, now: datetime) -> list[TeamId]:
    """The longest overdue first."""
    return [row["team_id"] for row in await pool.fetch(_QUERIES["list_due_calibrations"], now)]


async def find_next_calibration(pool: asyncpg.Pool) -> datetime | None:
    """When the earliest calibration is due; in the past while one is overdue. None while no team has an open day."""
    due_at: datetime | None = await pool.fetchval(_QUERIES["find_next_calibration"])
    return due_at


async def claim_calibration(connection: Connection, team_id: TeamId, *, now: datetime) -> bool:
    """Whether this transaction may calibrate the team; False when another one does, or has done so."""
    return await connection.fetchval(_QUERIES["claim_calibration"], team_id, now) is not None


async def allow_long_calculation(connection: Connection) -> None:
    """This transaction is not ended while something is calculated in it: on a busy machine that may take minutes."""
    await connection.execute(_QUERIES["allow_long_calculation"])


async def mark_calibrated(connection: Connection, team_id: TeamId, *, next_at: datetime) -> None:
    """Plan the next calibration."""
    await connection.execute(_QUERIES["mark_calibrated"], team_id, next_at)


async def find_team_strictness(connection: Connection, team_id: TeamId, rule: str) -> float | None:
    """The team's strictness for a rule by its last calibration; None before the first."""
    strictness: float | None = await connection.fetchval(_QUERIES["find_team_strictness"], team_id, rule)
    return strictness


async def merge_calibration(
    connection: Connection, team_id: TeamId, rep_ids: Sequence[RepId], calibration: Calibration, *, now: datetime
) -> None:
    """Store a calibration of drops of a team and of these reps, in the order of its strictness values."""
    await _merge_team_calibration(connection, team_id, DROP_RULE, calibration, now=now)
    await block_erasure(connection)  # a rep who was erased meanwhile has no days any more, and must stay so until the commit
    await connection.execute(_QUERIES["delete_rep_calibrations"], team_id)
    await merge_rep_calibrations(connection, team_id, rep_ids, calibration.rep_strictness)


async def merge_silence_calibration(
    connection: Connection, team_id: TeamId, calibration: SilenceCalibration, *, now: datetime
) -> None:
    """Store a calibration of silences of a team."""
    await _merge_team_calibration(connection, team_id, SILENCE_RULE, calibration, now=now)


async def _merge_team_calibration(
    connection: Connection, team_id: TeamId, rule: str, calibration: Calibration | SilenceCalibration, *, now: datetime
) -> None:
    await connection.execute(
        _QUERIES["merge_team_calibration"],
        team_id,
        rule,
        calibration.strictness,
        calibration.alerts_before,
        calibration.alerts_after,
        calibration.judged_days,
        now,
    )


async def merge_rep_calibrations(
    connection: Connection, team_id: TeamId, rep_ids: Sequence[RepId], strictness: Sequence[float]
) -> None:
    """Store the strictness of those of these reps who are still in the team."""
    await connection.execute(_QUERIES["merge_rep_calibrations"], team_id, list(rep_ids), list(strictness))
