"""Long work in slices, between which other tasks get the event loop.

While a batch is being read, Postgres may have answered another one, which holds locks that others wait for.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

_SIZE: Final = 100
"""About a millisecond of reading or merging."""

Item = TypeVar("Item")


async def slices(items: Sequence[Item]) -> AsyncIterator[Sequence[Item]]:
    """The items in groups of 100. Other tasks run before every group but the first."""
    for start in range(0, len(items), _SIZE):
        if start:
            await asyncio.sleep(0)
        yield items[start : start + _SIZE]
