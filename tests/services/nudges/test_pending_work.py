"""Whether anything is left to do by a time, which the stepped clock waits for, on a real database."""

from datetime import timedelta

import asyncpg
import pytest

from services.nudges.deliver.channel_states import mark_channel_paused, merge_channels
from services.nudges.experiments.calibrate_teams import plan_calibrations, run_weekly_calibrations
from services.nudges.pending_work import has_pending_work
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.experiments.teams import SUNDAY, add_team, erratic

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def _no_effects_to_check(pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE effects_check SET checked_on = 'infinity'")


async def test_a_delivery_is_no_work_while_its_channel_is_paused_or_gone(rows: Rows) -> None:
    await merge_channels(rows.pool, {"recorder": Recorder()})
    await rows.add_nudge(make_nudge())
    await rows.add_delivery(make_nudge().id)
    assert await has_pending_work(rows.pool, channels=("recorder",), now=NOON)
    assert not await has_pending_work(rows.pool, channels=("inbox",), now=NOON)

    async with rows.pool.acquire() as connection:
        await mark_channel_paused(connection, "recorder", paused_until=NOON + HOUR, asked_until=None)

    assert not await has_pending_work(rows.pool, channels=("recorder",), now=NOON)
    assert await has_pending_work(rows.pool, channels=("recorder",), now=NOON + HOUR)


async def _plan(rows: Rows) -> None:
    await add_team(rows, "wild", erratic(20))
    await plan_calibrations(rows.pool, now=NOON)


async def test_a_calibration_is_work_from_its_time_until_it_is_made(rows: Rows) -> None:
    await _plan(rows)

    is_due = [await has_pending_work(rows.pool, channels=(), now=now) for now in (SUNDAY - SECOND, SUNDAY)]
    await run_weekly_calibrations(rows.pool, now=SUNDAY)

    assert is_due == [False, True]
    assert not await has_pending_work(rows.pool, channels=(), now=SUNDAY)
