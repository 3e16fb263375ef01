"""Who leads whom, planted, and what a manager's rules then look at."""

from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges.context.load_team_context import ManagedTeam, load_managed_team
from shared.events import Manager, Rep
from tests.services.nudges.builders.days import TUESDAY, WEDNESDAY, at
from tests.services.nudges.builders.people import MARA

NOON: Final = at(WEDNESDAY, "12:00")


async def lead(
    pool: asyncpg.Pool,
    of_rep: Rep,
    *,
    manager: Manager = MARA,
    name: str = "Mara Lind",
    timezone: str | None = "Europe/Madrid",
    newest_day: date = TUESDAY,
) -> None:
    await pool.execute(
        "INSERT INTO manager_of_rep (manager_id, rep_id, name, timezone, newest_day) VALUES ($1, $2, $3, $4, $5)",
        manager.id,
        of_rep.id,
        name,
        timezone,
        newest_day,
    )


async def load(pool: asyncpg.Pool, *, now: datetime = NOON) -> ManagedTeam | None:
    async with pool.acquire() as connection:
        return await load_managed_team(connection, MARA.id, now=now)


async def loaded(pool: asyncpg.Pool, *, now: datetime = NOON) -> ManagedTeam:
    managed = await load(pool, now=now)
    assert managed is not None
    return managed
