"""Whom a manager leads today, on a real database."""

from datetime import timedelta

import asyncpg
import pytest

from services.nudges.context.roster.managed_reps import ManagedRep, can_thank, list_managed_reps
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY, TUESDAY
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, rep
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows

CLEO = rep("Cleo Fox")


async def test_everybody_whom_a_manager_has_managed_is_listed_by_name_with_whether_they_still_do(
    rows: Rows, pool: asyncpg.Pool
) -> None:
    for each in (CLEO, BEN, ANA):
        await lead(pool, each)
        await rows.add_day(open_report(MONDAY, rep=each))
    await rows.add_day(open_report(TUESDAY, rep=BEN, managers=(JON,)))
    await rows.add_day(open_report(TUESDAY, rep=CLEO, presence=Presence.NOT_EMPLOYED))

    assert await list_managed_reps(pool, MARA.id) == [
        ManagedRep(rep=ANA, is_managed=True, is_employed=True),
        ManagedRep(rep=BEN, is_managed=False, is_employed=True),
        ManagedRep(rep=CLEO, is_managed=True, is_employed=False),
    ]


@pytest.mark.parametrize(
    ("newest", "is_possible"),
    [
        (open_report(), True),
        (open_report(presence=Presence.ABSENT), True),
        (open_report(managers=(JON, MARA)), True),
        (open_report(managers=(JON,)), False),
        (open_report(presence=Presence.NOT_EMPLOYED), False),
        (open_report(rep=ANA.model_copy(update={"id": MARA.id})), False),
    ],
    ids=["their rep", "on leave", "one of two managers", "another manager's", "left", "themselves"],
)
async def test_a_manager_can_thank_whom_they_lead(pool: asyncpg.Pool, newest: DayReport, *, is_possible: bool) -> None:
    assert await can_thank(pool, MARA.id, newest) is is_possible


@pytest.mark.parametrize(("days", "is_possible"), [(6, True), (7, False)])
async def test_nobody_thanks_a_rep_without_a_day_for_a_week(
    rows: Rows, pool: asyncpg.Pool, days: int, *, is_possible: bool
) -> None:
    await rows.add_day(open_report(MONDAY + timedelta(days=days), rep=BEN))

    assert await can_thank(pool, MARA.id, open_report()) is is_possible
