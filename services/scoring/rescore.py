"""Days to be scored anew, and who they wait for: asked for with a change of definitions, worked off in the background.

One row a rep. What is asked for twice is done once; what was under way when a process died is still there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from services.scoring.store import QUERIES
from shared.postgres import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescore:
    """The days of a rep from `first` to `last`, both included; with `places`, also whose activities these are."""

    rep_id: str
    first: date
    last: date
    places: bool


async def request_rescore(
    connection: Connection, rep_ids: Collection[str], *, first: date, last: date, places: bool, now: datetime
) -> None:
    """Ask for these reps' days. Committed together with what made it necessary."""
    if rep_ids:
        await connection.execute(QUERIES["request_rescore"], sorted(rep_ids), first, last, places, now)


async def claim_rescore(connection: Connection, *, reps_max: int) -> list[Rescore]:
    """What to do next, locked until the transaction ends; nothing that another replica is at."""
    rows = await connection.fetch(QUERIES["claim_rescore"], reps_max)
    return [Rescore(rep_id=row["rep_id"], first=row["first_day"], last=row["last_day"], places=row["places"]) for row in rows]


async def finish_rescore(connection: Connection, done: Collection[Rescore]) -> None:
    await connection.execute(QUERIES["delete_rescore"], [one.rep_id for one in done])


async def waiting_to_be_placed(connection: Connection, rep_ids: Collection[str]) -> set[str]:
    """Which of these reps' activities are still to be placed; until then their days are not counted."""
    rows = await connection.fetch(QUERIES["list_waiting_to_be_placed"], list(rep_ids))
    return {row["rep_id"] for row in rows}


async def all_waiting(connection: Connection) -> set[str]:
    """Every rep whose days are still to be scored anew."""
    return {row["rep_id"] for row in await connection.fetch(QUERIES["list_rescore"])}


async def reps_to_rescore(connection: Connection) -> tuple[int, datetime | None]:
    """How many reps wait, and since when the first of them."""
    row = await connection.fetchrow(QUERIES["find_rescore_state"])
    return (row["waiting"], row["oldest_at"]) if row is not None else (0, None)
