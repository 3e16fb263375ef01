"""Days to be scored anew, and who they wait for: asked for with a change of definitions, worked off in the background.

One row a rep. What is asked for twice is done once; what was under way when a process died is still there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from services.scoring.store import QUERIES
from shared.postgres.pool import Connection
from shared.requests.client import RescoreState


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescore:
    """The days of a rep from `first` to `last`, both included."""

    rep_id: str
    first: date
    last: date

    @property
    def span(self) -> tuple[str, date, date]:
        return self.rep_id, self.first, self.last


async def request_rescore(
    connection: Connection, rep_ids: Collection[str], *, first: date, last: date, places: bool, now: datetime
) -> None:
    """Ask for these reps' days, and with `places` also for whose activities these are. Committed together with what made it
    necessary."""
    if rep_ids:
        await connection.execute(QUERIES["request_rescore"], sorted(rep_ids), first, last, places, now)


async def claim_placing(connection: Connection, *, reps_max: int) -> list[Rescore]:
    """Whose activities to place next, locked until the transaction ends; nothing that another replica is at."""
    return await _claim(connection, places=True, reps_max=reps_max)


async def claim_scoring(connection: Connection, *, reps_max: int) -> list[Rescore]:
    """Whose days to score next, locked until the transaction ends; nothing that another replica is at."""
    return await _claim(connection, places=False, reps_max=reps_max)


async def _claim(connection: Connection, *, places: bool, reps_max: int) -> list[Rescore]:
    rows = await connection.fetch(QUERIES["claim_rescore"], places, reps_max)
    return [Rescore(rep_id=row["rep_id"], first=row["first_day"], last=row["last_day"]) for row in rows]


async def finish_placing(connection: Connection, rep_ids: Collection[str]) -> None:
    """Their activities are placed; their days are still to be scored."""
    await connection.execute(QUERIES["finish_placing"], list(rep_ids))


async def finish_scoring(connection: Connection, asked: Collection[Rescore], *, following: date | None) -> None:
    """All days before `following` are scored; None: all days are."""
    rep_ids = [one.rep_id for one in asked]
    if following is None:
        await connection.execute(QUERIES["delete_rescore"], rep_ids)
    else:
        await connection.execute(QUERIES["advance_rescore"], rep_ids, following)


async def waiting_to_be_placed(connection: Connection, rep_ids: Collection[str]) -> set[str]:
    """Which of these reps' activities are still to be placed; until then their days are not counted."""
    rows = await connection.fetch(QUERIES["list_waiting_to_be_placed"], list(rep_ids))
    return {row["rep_id"] for row in rows}


async def waiting_to_be_scored(connection: Connection, rep_ids: Collection[str] | None = None) -> set[str]:
    """Which of these reps, or of all, have days that are still to be scored anew."""
    asked = list(rep_ids) if rep_ids is not None else None
    return {row["rep_id"] for row in await connection.fetch(QUERIES["list_rescore"], asked)}


async def rescore_state(connection: Connection) -> RescoreState:
    """How much waits."""
    row = await connection.fetchrow(QUERIES["find_rescore_state"])
    return RescoreState(reps=row["reps"], days=row["days"]) if row is not None else RescoreState(reps=0, days=0)
