"""Slack in front of pages, on a database of their own."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.nudges.metrics import NudgesMetrics
from tests.services.nudges.pages.slack.pressing import Slack, pressing


@pytest.fixture
async def slack(pool: asyncpg.Pool, metrics: NudgesMetrics) -> AsyncIterator[Slack]:
    async with pressing(pool, metrics) as pressed:
        yield pressed
