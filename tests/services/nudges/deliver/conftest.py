"""A channel that is known and delivers, on a database of its own."""

import asyncpg
import pytest

from services.nudges.deliver.channel_states import merge_channels
from services.nudges.metrics import NudgesMetrics
from services.nudges.rules.catalogue import RULES
from tests.services.nudges.deliver.delivering import Delivering
from tests.services.nudges.deliver.recorder import Recorder


@pytest.fixture
async def delivering(pool: asyncpg.Pool) -> Delivering:
    channel = Recorder()
    await merge_channels(pool, {channel.name: channel})
    return Delivering(pool=pool, channel=channel, metrics=NudgesMetrics(rules=RULES, channels=[channel.name]))
