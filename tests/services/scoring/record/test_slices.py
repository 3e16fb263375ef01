"""Long work leaves the event loop to others between two slices."""

import asyncio

from services.scoring.record.slices import slices


async def test_other_tasks_run_between_two_slices() -> None:
    turns: list[str] = []

    async def work() -> None:
        async for numbers in slices(range(250)):
            first, *_, last = numbers
            turns.append(f"{first} to {last}")

    async def other() -> None:
        for _ in range(2):
            turns.append("other")
            await asyncio.sleep(0)

    await asyncio.gather(work(), other())

    assert turns == ["0 to 99", "other", "100 to 199", "other", "200 to 249"]
