"""The pages on a database of their own, with a roster that the test changes."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.services.nudges.pages.doors.visits import Visits, visiting


@pytest.fixture
async def visits(pool: asyncpg.Pool) -> AsyncIterator[Visits]:
    async with visiting(pool) as opened:
        yield opened
