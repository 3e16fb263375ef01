"""The system's clock, and the clock that moves only in steps."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.clock import EPOCH, SteppedClock, SystemClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHORT = timedelta(milliseconds=20)
LONG_S = 3_600.0


async def _start(waiting: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task that runs until it has to wait."""
    task = asyncio.create_task(waiting)
    await asyncio.sleep(0)
    return task


async def _has_returned(task: asyncio.Task[None]) -> bool:
    """Whether a task ends without another step. It may need a few turns of the event loop."""
    for _ in range(5):
        await asyncio.sleep(0)
    return task.done()


def test_a_stepped_clock_begins_at_the_epoch() -> None:
    assert SteppedClock().now() == EPOCH == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_stepped_clock_moves_only_by_steps() -> None:
    clock = SteppedClock(NOON)
    assert clock.now() == NOON

    clock.step_to(NOON + HOUR)

    assert clock.now() == NOON + HOUR


def test_a_stepped_clock_never_moves_backwards() -> None:
    clock = SteppedClock(NOON)

    clock.step_to(NOON - HOUR)

    assert clock.now() == NOON


async def test_waiting_for_an_instant_ends_with_the_step_that_reaches_it() -> None:
    clock = SteppedClock(NOON)
    waiting = await _start(clock.wait_until(NOON + 2 * HOUR))

    clock.step_to(NOON + HOUR)
    assert not await _has_returned(waiting)
    clock.step_to(NOON + 2 * HOUR)

    assert await _has_returned(waiting)


async def test_an_instant_that_is_reached_already_is_not_waited_for() -> None:
    await SteppedClock(NOON).wait_until(NOON)
    await SystemClock().wait_until(EPOCH)


async def test_waiting_for_a_change_ends_with_the_next_step() -> None:
    clock = SteppedClock(NOON)
    clock.step_to(NOON + HOUR)
    waiting = await _start(clock.wait_for_change(LONG_S))

    clock.step_to(NOON + HOUR)
    assert not await _has_returned(waiting)  # neither the earlier step nor one to the same instant is a change
    clock.step_to(NOON + 2 * HOUR)

    assert await _has_returned(waiting)


async def test_waiting_for_a_change_ends_after_its_timeout() -> None:
    clock = SteppedClock(NOON)

    await clock.wait_for_change(0.01)
    await SystemClock().wait_for_change(0.01)

    assert clock.now() == NOON


async def test_the_system_clock_is_in_utc_and_waits_until_an_instant() -> None:
    clock = SystemClock()
    instant = clock.now() + SHORT
    assert instant.tzinfo is UTC

    await clock.wait_until(instant)

    assert clock.now() >= instant


async def test_the_system_clock_looks_again_from_time_to_time_because_it_may_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """One long sleep would not notice that an administrator has set the clock."""
    monkeypatch.setattr("shared.clock._SLEEP_MAX_S", 0.01)

    class SetClock(SystemClock):
        """Somebody sets this clock one day forward after the first time that it was read."""

        is_set = False

        def now(self) -> datetime:
            now = NOON + timedelta(days=1) if self.is_set else NOON
            self.is_set = True
            return now

    async with asyncio.timeout(5):
        await SetClock().wait_until(NOON + HOUR)
