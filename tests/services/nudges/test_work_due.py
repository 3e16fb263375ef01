"""Whether anything is left to do by a time, which the stepped clock waits for, on a real database."""

from datetime import timedelta

import asyncpg
import pytest
from services.nudges.store import is_work_due

from services.nudges.background_jobs import recheck_work
from services.nudges.deliver.channel_states import mark_channel_paused, merge_channels
from services.nudges.experiments.calibrate_teams import plan_calibrations, run_weekly_calibrations
from services.nudges.metrics import NudgesMetrics
from services.nudges.outbox import measure_queues
from shared.clock import SteppedClock
from tests.services.nudges.day_reports import NOON, make_nudge
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.experiments.teams import SUNDAY, add_team, erratic
from tests.services.nudges.rows import Rows

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def _no_effects_to_check(pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE effects_check SET checked_on = 'infinity'")


async def test_a_delivery_is_no_work_while_its_channel_is_paused_or_gone(rows: Rows) -> None:
    await merge_channels(rows.pool, {"recorder": Recorder()})
    await rows.add_nudge(make_nudge())
    await rows.add_delivery(make_nudge().id)
    assert await is_work_due(rows.pool, channels=("recorder",), now=NOON)
    assert not await is_work_due(rows.pool, channels=("inbox",), now=NOON)

    async with rows.pool.acquire() as connection:
        await mark_channel_paused(connection, "recorder", paused_until=NOON + HOUR, asked_until=None)

    assert not await is_work_due(rows.pool, channels=("recorder",), now=NOON)
    assert await is_work_due(rows.pool, channels=("recorder",), now=NOON + HOUR)


async def _plan(rows: Rows) -> None:
    await add_team(rows, "wild", erratic(20))
    await plan_calibrations(rows.pool, now=NOON)


async def test_a_calibration_is_work_from_its_time_until_it_is_made(rows: Rows) -> None:
    await _plan(rows)

    is_due = [await is_work_due(rows.pool, channels=(), now=now) for now in (SUNDAY - SECOND, SUNDAY)]
    await run_weekly_calibrations(rows.pool, now=SUNDAY)

    assert is_due == [False, True]
    assert not await is_work_due(rows.pool, channels=(), now=SUNDAY)


async def test_a_calibration_that_is_overdue_is_measured(rows: Rows) -> None:
    metrics = NudgesMetrics()

    async def overdue_h_at(hours: int) -> float | None:
        await measure_queues(rows.pool, [], SteppedClock(SUNDAY + hours * HOUR), metrics)
        overdue_s = metrics.registry.get_sample_value("daymark_nudges_drop_recheck_overdue_seconds")
        return overdue_s / 3_600 if overdue_s is not None else None

    assert await overdue_h_at(0) == 0
    await _plan(rows)

    assert [await overdue_h_at(hours) for hours in (-1, 3)] == [0, 3]
    await run_weekly_calibrations(rows.pool, now=SUNDAY + 3 * HOUR)
    assert await overdue_h_at(3) == 0


async def test_calibrations_are_counted_by_outcome(rows: Rows) -> None:
    await add_team(rows, "new", [5] * 3)
    await add_team(rows, "wild", erratic(20))
    metrics = NudgesMetrics()
    work = recheck_work(rows.pool, metrics)

    for now in (NOON, SUNDAY):
        await work(now)

    counted = {
        outcome: metrics.registry.get_sample_value("daymark_nudges_drop_rechecks_total", {"outcome": outcome})
        for outcome in ("changed", "unchanged", "not_known")
    }
    assert counted == {"changed": 1, "unchanged": 0, "not_known": 1}
