"""Ladders as they are stored."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import asyncpg

from services.nudges.context.ladders import list_ladders, merge_ladder
from services.nudges.domain.ladder import Ladder
from shared.events import GoalKey
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import MARCH, MONTH_GOAL

LADDER = Ladder(goal=MONTH_GOAL, period_start=MARCH, reached=30, size=Decimal("32.5"), reached_on=MONDAY)


async def test_a_ladder_is_kept_as_it_stands_now(pool: asyncpg.Pool) -> None:
    higher = Ladder(
        goal=MONTH_GOAL, period_start=MARCH, reached=63, size=Decimal(35), reached_on=None, lowered_from=Decimal(40)
    )

    async with pool.acquire() as connection:
        await merge_ladder(connection, ANA.id, LADDER)
        assert await list_ladders(connection, ANA.id) == (LADDER,)
        await merge_ladder(connection, ANA.id, higher)

    assert await list_ladders(pool, ANA.id) == (higher,)
    assert await list_ladders(pool, BEN.id) == ()


async def test_ladders_are_listed_newest_period_first_and_by_goal(pool: asyncpg.Pool) -> None:
    week = replace(LADDER, goal=GoalKey("week"))
    april = replace(LADDER, period_start=date(2026, 4, 1))

    async with pool.acquire() as connection:
        for ladder in (week, LADDER, april):
            await merge_ladder(connection, ANA.id, ladder)

    assert await list_ladders(pool, ANA.id) == (april, LADDER, week)


async def test_fifty_ladders_reach_back_far_enough(pool: asyncpg.Pool) -> None:
    ladders = [replace(LADDER, period_start=MARCH - timedelta(weeks=week)) for week in range(51)]

    async with pool.acquire() as connection:
        for ladder in ladders:
            await merge_ladder(connection, ANA.id, ladder)

    assert await list_ladders(pool, ANA.id) == tuple(ladders[:50])
