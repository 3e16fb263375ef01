"""How far the days of each rep have been opened."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.events import RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedDays:
    """The latest day of a rep that was opened, and the oldest that is still open; None if none is."""

    latest: date
    oldest_open: date | None


async def list_opened_days(connection: Connection, rep_ids: Collection[RepId] | None = None) -> dict[RepId, OpenedDays]:
    """Of these reps, or of all, those for whom a day was opened."""
    rows = await connection.fetch(_QUERIES["list_last_opened_days"], list(rep_ids) if rep_ids is not None else None)
    return {row["rep_id"]: OpenedDays(latest=row["opened_day"], oldest_open=row["oldest_open_day"]) for row in rows}


async def claim_last_opened_days(connection: Connection, defaults: Mapping[RepId, date]) -> dict[RepId, date]:
    """The latest opened day of these reps, locked until the transaction ends; for a new rep the given default is stored."""
    rows = await connection.fetch(_QUERIES["claim_last_opened_days"], list(defaults), list(defaults.values()))
    return {row["rep_id"]: row["day"] for row in rows}


async def update_last_opened_days(connection: Connection, opened: Mapping[RepId, date]) -> None:
    await connection.execute(_QUERIES["update_last_opened_days"], list(opened), list(opened.values()))
