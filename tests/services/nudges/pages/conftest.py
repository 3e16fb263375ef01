"""Pages on a database of their own, and what scoring would answer."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from services.nudges.metrics import NudgesMetrics
from services.nudges.rules.catalogue import RULES
from tests.services.nudges.pages.browser import browsing
from tests.services.nudges.pages.disputes.explanations import Scoring
from tests.services.nudges.pages.doors.visits import Visits, visiting


@pytest.fixture
def scoring() -> Scoring:
    return Scoring()


@pytest.fixture
def metrics() -> NudgesMetrics:
    return NudgesMetrics(rules=RULES, channels=[])


@pytest.fixture
async def browser(pool: asyncpg.Pool, scoring: Scoring, metrics: NudgesMetrics) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(pool, scoring.explain, metrics=metrics) as client:
        yield client


@pytest.fixture
async def visits(pool: asyncpg.Pool) -> AsyncIterator[Visits]:
    """The pages with a roster that the test changes, and with signing in."""
    async with visiting(pool) as opened:
        yield opened


@pytest.fixture
async def unreachable_pool(nudges_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a database that is not there."""
    opened = await asyncpg.create_pool(nudges_database_url.replace("/test_", "/gone_"), min_size=0)
    yield opened
    await opened.close()
