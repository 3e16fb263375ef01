"""Background jobs: what makes them work, when they retry, and how they end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from shared.clock import Clock, SteppedClock
from shared.jetstream.publisher import NotStored
from shared.service.background import BackgroundJob, measuring_job

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEVER_S = 3_600.0
TIMEOUT_S = 10.0


class _Work:
    """Work that counts how often it was done. It raises the given failures first, and returns `wait_s`."""

    def __init__(self, *failures: Exception, wait_s: float | None = None) -> None:
        self.done = asyncio.Semaphore(0)
        self.count = 0
        self._failures = list(failures)
        self._wait_s = wait_s

    async def __call__(self) -> float | None:
        self.count += 1
        self.done.release()
        if self._failures:
            raise self._failures.pop(0)
        return self._wait_s

    async def wait(self) -> None:
        """Return once it is done again."""
        async with asyncio.timeout(TIMEOUT_S):
            await self.done.acquire()

    async def is_idle(self) -> bool:
        """Whether it is not done within a few turns of the event loop."""
        for _ in range(10):
            await asyncio.sleep(0)
        return self.done.locked()


def _job(work: _Work, *, interval_s: float = NEVER_S, clock: Clock | None = None) -> BackgroundJob:
    return BackgroundJob("test", work, interval_s=interval_s, clock=clock)


@asynccontextmanager
async def _running(job: BackgroundJob) -> AsyncIterator[asyncio.Event]:
    """Run a job. Yields the event that stops it."""
    stopping = asyncio.Event()
    running = asyncio.create_task(job.run(stopping))
    yield stopping
    stopping.set()
    async with asyncio.timeout(TIMEOUT_S):
        await running


async def test_a_job_works_at_once_and_then_waits() -> None:
    work = _Work()

    async with _running(_job(work)):
        await work.wait()
        assert await work.is_idle()


async def test_a_job_works_when_it_is_woken() -> None:
    work = _Work()
    job = _job(work)

    async with _running(job):
        for _ in range(3):
            await work.wait()
            assert await work.is_idle()
            job.wake()


async def test_a_job_that_is_woken_while_it_works_works_again() -> None:
    """What woke it may have come too late to be seen."""
    work = _Work()
    job = _job(work)

    async def wake_oneself() -> float | None:
        if work.count == 0:
            job.wake()
        return await work()

    job = BackgroundJob("test", wake_oneself, interval_s=NEVER_S)
    async with _running(job):
        await work.wait()
        await work.wait()
        assert await work.is_idle()


async def test_being_woken_often_before_it_works_is_being_woken_once() -> None:
    work = _Work()
    job = _job(work)

    async with _running(job):
        await work.wait()
        assert await work.is_idle()
        job.wake()
        job.wake()
        await work.wait()
        assert await work.is_idle()


async def test_a_job_works_again_after_its_interval() -> None:
    work = _Work()

    async with _running(_job(work, interval_s=0.01)):
        for _ in range(3):
            await work.wait()


async def test_work_may_ask_to_be_done_again_sooner_than_after_the_interval() -> None:
    work = _Work(wait_s=0.01)

    async with _running(_job(work)):
        for _ in range(3):
            await work.wait()


async def test_work_may_ask_to_be_done_again_later_than_after_the_interval() -> None:
    work = _Work(wait_s=NEVER_S)

    async with _running(_job(work, interval_s=0.0)):
        await work.wait()
        assert await work.is_idle()


async def test_a_job_works_when_a_stepped_clock_moves() -> None:
    clock, work = SteppedClock(NOON), _Work()

    async with _running(_job(work, clock=clock)):
        await work.wait()
        assert await work.is_idle()
        clock.step_to(NOON + HOUR)
        await work.wait()
        assert await work.is_idle()


async def test_a_step_of_the_clock_while_a_job_works_is_not_missed() -> None:
    clock, read = SteppedClock(NOON), asyncio.Queue[datetime]()

    async def read_clock() -> None:
        read.put_nowait(clock.now())
        await asyncio.sleep(0)

    async with _running(BackgroundJob("test", read_clock, interval_s=NEVER_S, clock=clock)), asyncio.timeout(TIMEOUT_S):
        assert await read.get() == NOON
        clock.step_to(NOON + HOUR)
        assert await read.get() == NOON + HOUR


async def test_a_step_right_after_a_job_reads_the_clock_is_not_missed() -> None:
    clock, read = SteppedClock(NOON), asyncio.Queue[datetime]()

    async def read_clock() -> None:
        read.put_nowait(clock.now())
        await asyncio.sleep(0)

    async with _running(BackgroundJob("test", read_clock, interval_s=NEVER_S, clock=clock)), asyncio.timeout(TIMEOUT_S):
        asyncio.get_running_loop().call_soon(clock.step_to, NOON + HOUR)  # runs between the job's first turn and its second
        while await read.get() != NOON + HOUR:
            pass


@pytest.mark.parametrize("failure", [ConnectionRefusedError("postgres"), TimeoutError(), NotStored("day.changed.v1")])
async def test_while_a_server_is_down_a_job_tries_again_and_logs_why(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    monkeypatch.setattr("shared.service.background._RETRY_S", 0.01)
    work = _Work(failure, failure)

    with capture_logs() as logs:
        async with _running(_job(work)):
            for _ in range(3):
                await work.wait()
            assert await work.is_idle()

    failures = [log for log in logs if log["event"] == "job_failed"]
    assert [(log["job"], log["error"]) for log in failures] == [("test", type(failure).__name__)] * 2


async def test_a_job_that_waits_to_retry_can_be_woken() -> None:
    work = _Work(ConnectionRefusedError("postgres"))
    job = _job(work)

    async with _running(job):
        await work.wait()
        job.wake()
        await work.wait()


async def test_a_mistake_in_the_code_ends_the_job() -> None:
    """The process ends with the error, and its supervisor starts it again."""
    work = _Work(KeyError("a bug"))
    before = asyncio.all_tasks()

    with pytest.raises(KeyError, match="a bug"):
        await _job(work).run(asyncio.Event())

    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before


@pytest.mark.parametrize("clock", [None, SteppedClock(NOON)], ids=["system", "stepped"])
async def test_a_job_that_is_stopped_while_it_waits_ends_at_once(clock: Clock | None) -> None:
    work = _Work()
    before = asyncio.all_tasks()

    async with _running(_job(work, clock=clock)) as stopping:
        await work.wait()
        stopping.set()

    await asyncio.sleep(0)
    assert work.count == 1
    assert asyncio.all_tasks() <= before


async def test_a_job_that_is_stopped_while_it_works_finishes_its_work() -> None:
    begun, may_end, results = asyncio.Event(), asyncio.Event(), list[str]()

    async def work() -> None:
        begun.set()
        await may_end.wait()
        results.append("committed")

    async with _running(BackgroundJob("test", work)) as stopping:
        await begun.wait()
        stopping.set()
        await asyncio.sleep(0)
        may_end.set()

    assert results == ["committed"]


async def test_a_job_that_is_stopped_before_it_starts_does_nothing() -> None:
    work, stopping = _Work(), asyncio.Event()
    stopping.set()

    await _job(work).run(stopping)

    assert work.count == 0


async def test_a_gauge_that_cannot_be_read_does_not_keep_the_others_from_being_read() -> None:
    backlog, outbox = _Work(ConnectionRefusedError("nats")), _Work()

    async def read_backlog() -> None:
        await backlog()

    async def read_outbox() -> None:
        await outbox()

    job = measuring_job({"backlog": read_backlog, "outbox": read_outbox}, interval_s=NEVER_S)
    with capture_logs() as logs:
        async with _running(job):
            await outbox.wait()

    assert [(log["gauge"], log["error"]) for log in logs if log["event"] == "not_measured"] == [
        ("backlog", "ConnectionRefusedError")
    ]


async def test_a_mistake_in_reading_a_gauge_ends_the_job() -> None:
    async def read() -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await measuring_job({"backlog": read}).run(asyncio.Event())
