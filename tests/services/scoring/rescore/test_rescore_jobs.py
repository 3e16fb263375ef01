"""The jobs that work off pending rescores."""

import asyncio

from services.scoring.rescore.rescore_jobs import rescore_jobs
from shared.clock import SteppedClock
from tests.services.scoring.conftest import MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed


async def test_a_woken_job_takes_step_after_step_until_nothing_waits(scoring: Scoring) -> None:
    await scoring.record(observed("a1"))
    await scoring.apply_roster(ROSTER.replace("Europe/Madrid", "Asia/Tokyo"))
    await scoring.apply_playbook(PLAYBOOK.replace("target: 2", "target: 1"), revise="a test")
    steps, stopping, clock = asyncio.Semaphore(0), asyncio.Event(), SteppedClock(MONDAY_NOON)
    first, second = rescore_jobs(scoring.pool, scoring.cache, clock, on_step=steps.release)

    running = [asyncio.create_task(job.run(stopping)) for job in (first, second)]
    while await scoring.reps_pending():
        await steps.acquire()
    stopping.set()
    await asyncio.gather(*running)

    assert first.name != second.name
    assert await scoring.differences() == ()


async def test_a_job_looks_again_at_once_after_a_step_and_waits_when_nothing_is_left(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER.replace("Europe/Madrid", "Asia/Tokyo"))
    job, _ = rescore_jobs(scoring.pool, scoring.cache, SteppedClock(MONDAY_NOON), on_step=lambda: None)

    waits = [await job._do_work() for _ in range(4)]

    assert waits == [0.0, 0.0, 0.0, 2.0]
