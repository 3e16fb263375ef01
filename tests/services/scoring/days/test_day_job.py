"""The job that opens and closes days on time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.scoring.days.day_job import day_job
from shared.clock import SteppedClock
from tests.services.scoring.conftest import Scoring

MADRID_MIDNIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)


async def test_days_are_opened_when_a_stepped_clock_reaches_midnight(scoring: Scoring) -> None:
    clock, changed, stopping = SteppedClock(MADRID_MIDNIGHT - timedelta(minutes=1)), asyncio.Event(), asyncio.Event()
    working = asyncio.create_task(day_job(scoring.pool, scoring.cache, clock, on_change=changed.set).run(stopping))

    clock.step_to(MADRID_MIDNIGHT)
    await changed.wait()

    stopping.set()
    await working
    assert sorted(event for event, _ in await scoring.reports()) == ["closed", "opened"]


@pytest.mark.parametrize(("before_midnight", "wait_s"), [(timedelta(hours=3), 15.0), (timedelta(seconds=4), 4.0)])
async def test_the_job_looks_every_15_seconds_and_to_the_second_before_a_midnight(
    scoring: Scoring, before_midnight: timedelta, wait_s: float
) -> None:
    clock = SteppedClock(MADRID_MIDNIGHT - before_midnight)
    job = day_job(scoring.pool, scoring.cache, clock, on_change=lambda: None)

    assert await job._do_work() == wait_s
