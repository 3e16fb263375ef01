"""Long work in slices, between which whoever else waits for the event loop has its turn.

A batch that Postgres has answered should not wait until all of the next one is read: others wait for its locks.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

_SIZE: Final = 100
"""About a millisecond of reading or merging."""

Item = TypeVar("Item")


async def slices(items: Sequence[Item]) -> AsyncIterator[Sequence[Item]]:
    for start in range(0, len(items), _SIZE):
        if start:
            await asyncio.sleep(0)
        yield items[start : start + _SIZE]
