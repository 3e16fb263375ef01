"""The stored days of reps who wait to be scored again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from services.scoring.days.days import counts_text, day_from
from services.scoring.definitions.pending_rescores import RepSpan
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import Day, Tally
from shared.events import RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class PastDay:
    """When the first activity of a day began that counts, and the number of the result that the day has."""

    rep_day: RepDay
    first_counted_at: datetime | None
    result_number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Counts and score that days have in common."""

    tally: Tally
    score: Decimal | None


async def plan_each_time(connection: Connection) -> None:
    """Let Postgres plan each query for its arguments, until the transaction ends."""
    await connection.execute(_QUERIES["plan_each_time"])


async def find_first_day(connection: Connection, spans: Sequence[RepSpan]) -> date | None:
    """The earliest stored day in these spans."""
    first: date | None = await connection.fetchval(_QUERIES["find_first_day"], *_columns(spans))
    return first


async def lock_days(connection: Connection, spans: Sequence[RepSpan], *, first: date, before: date) -> list[Day]:
    """The stored days in these spans from `first` to before `before`, locked until the transaction ends."""
    rows = await connection.fetch(_QUERIES["lock_days"], *_columns(spans), first, before)
    return [day_from(row) for row in rows]


async def lock_past_days(connection: Connection, spans: Sequence[RepSpan], *, first: date, before: date) -> list[RepDay]:
    """As `lock_days`, without what the days hold."""
    rows = await connection.fetch(_QUERIES["lock_past_days"], *_columns(spans), first, before)
    return [RepDay(row["rep_id"], row["day"]) for row in rows]


async def update_past_days(connection: Connection, days: Sequence[PastDay], results: Sequence[Result]) -> None:
    """Store the results of these days. Their state and revision stay as they are."""
    await connection.execute(
        _QUERIES["update_past_days"],
        [day.rep_day.rep_id for day in days],
        [day.rep_day.day for day in days],
        [day.first_counted_at for day in days],
        [day.result_number for day in days],
        [counts_text(result.tally.counts) for result in results],
        [counts_text(result.tally.goals) for result in results],
        [result.score for result in results],
    )


def _columns(spans: Sequence[RepSpan]) -> tuple[list[RepId], list[date], list[date]]:
    return [span.rep_id for span in spans], [span.first for span in spans], [span.last for span in spans]
