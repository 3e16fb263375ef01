"""The days of the reps of a team as typed rows: today, and what came before."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final

import asyncpg

from services.nudges.domain.trends.score_by_time import DAYS_USED, ScoreByQuarterHour
from shared.events import DayReport, RepId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
WORKED_DAYS_MAX: Final = 60
"""So far back the page looks for a streak."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkedDay:
    """A worked day before today. What was known of its score by when is loaded of the newest twenty only."""

    day: date
    score: Decimal
    score_by_quarter_hour: ScoreByQuarterHour


WorkedDays = Mapping[RepId, tuple[WorkedDay, ...]]
"""Of each rep, newest first, at most 60."""


async def list_newest_days(pool: asyncpg.Pool, rep_ids: Collection[RepId]) -> dict[RepId, DayReport]:
    """The newest day of each rep of whom any is known."""
    rows = await pool.fetch(_QUERIES["list_newest_days"], list(rep_ids))
    return {RepId(row["rep_id"]): DayReport.model_validate_json(row["report"]) for row in rows}


async def list_worked_days(pool: asyncpg.Pool, before: Mapping[RepId, date]) -> WorkedDays:
    """Of these reps, before a day of each."""
    rows = await pool.fetch(_QUERIES["list_worked_days"], list(before), list(before.values()), WORKED_DAYS_MAX, DAYS_USED)
    return {
        RepId(rep_id): tuple(_to_worked_day(row) for row in of_rep)
        for rep_id, of_rep in groupby(rows, key=lambda row: row["rep_id"])
    }


def _to_worked_day(row: asyncpg.Record) -> WorkedDay:
    known = json.loads(row["score_by_quarter_hour"] or "{}")
    return WorkedDay(
        day=row["day"],
        score=row["worked_score"],
        score_by_quarter_hour={int(quarter_hour): Decimal(score) for quarter_hour, score in known.items()},
    )
