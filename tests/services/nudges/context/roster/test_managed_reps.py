"""Whom a manager leads today, on a real database."""

from datetime import timedelta

import asyncpg
import pytest

from services.nudges.context.roster.managed_reps import can_thank
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows


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
    await rows.add_day(open_report(MONDAY))
    await rows.add_day(open_report(MONDAY + timedelta(days=days), rep=BEN))

    assert await can_thank(pool, MARA.id, open_report()) is is_possible


async def test_only_days_that_have_begun_tell_how_long_a_rep_has_been_gone(rows: Rows, pool: asyncpg.Pool) -> None:
    later = open_report(MONDAY + timedelta(days=30), rep=BEN)
    await rows.add_day(later.model_copy(update={"state": "closed"}))
    await rows.add_day(open_report(MONDAY))

    assert await can_thank(pool, MARA.id, open_report())
