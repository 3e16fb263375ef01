"""List nudges page by page, with what became of them."""

from typing import Final

import asyncpg

from shared.errors import DaymarkError
from shared.postgres.queries import Queries
from shared.requests.nudges import DeliveryRow, NudgePage, NudgeQuery, NudgeRow

_QUERIES: Final = Queries.beside(__file__)
_DIGITS_MAX: Final = 18


class NotACursor(DaymarkError):
    """`after` must be the `next_after` of a page. Begin without it."""


async def list_nudges(pool: asyncpg.Pool, query: NudgeQuery) -> NudgePage:
    """One page, in the order of decision. There may be more when it is full.

    Raises:
        NotACursor: `after` does not come from a page.
    """
    after_seq = _sequence_number(query.after) if query.after else 0
    rows = await pool.fetch(_QUERIES["list_nudges"], after_seq, query.person, query.limit)
    next_after = str(rows[-1]["seq"]) if rows and len(rows) == query.limit else None
    return NudgePage(rows=tuple(_to_row(row) for row in rows), next_after=next_after)


def _sequence_number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _DIGITS_MAX):
        raise NotACursor(cursor)
    return int(cursor)


def _to_row(row: asyncpg.Record) -> NudgeRow:
    return NudgeRow(
        id=row["id"],
        rule=row["rule"],
        kind=row["kind"],
        person=row["person_id"],
        person_name=row["person_name"],
        team=row["team_id"],
        occasion=row["occasion"],
        day=row["day"],
        text=row["text"],
        reason=row["reason"],
        status=row["status"],
        because=row["because"],
        propensity=row["propensity"],
        decided_at=row["decided_at"],
        send_at=row["send_at"],
        delivered=tuple(row["delivered"]),
        deliveries=tuple(DeliveryRow.model_validate_json(delivery) for delivery in row["deliveries"]),
        retracted=row["retracted_because"],
    )
