"""A report and its acknowledgement: what is not considered yet is never acknowledged."""

from unittest.mock import AsyncMock, Mock

import asyncpg
from faststream.nats import NatsMessage
from nats.aio.client import Client

from deploy.local.servers.ports import find_free_ports
from services.nudges.intake.consumer import ReportConsumer
from services.nudges.metrics import NudgesMetrics
from shared.clock import SystemClock
from shared.event_types import DAY_CHANGED
from shared.jetstream.publisher import Publisher
from tests.house import ROOT
from tests.services.nudges.conftest import NO_LOTS

REPORT = (ROOT / "tests" / "contract" / "events" / "day.changed.v1.json").read_bytes()


def _message() -> Mock:
    message = Mock(spec=NatsMessage, headers={}, ack=AsyncMock(), nack=AsyncMock())
    message.raw_message = Mock(subject=DAY_CHANGED)
    return message


async def test_while_postgres_is_away_a_report_is_asked_for_again_and_not_acknowledged(nats: Client) -> None:
    (port,) = find_free_ports(1)
    message = _message()

    async with (
        asyncpg.create_pool(f"postgresql://nudges@127.0.0.1:{port}/daymark", min_size=0) as pool,
        Publisher(nats) as dead_letters,
    ):
        consumer = ReportConsumer(
            pool,
            dead_letters,
            SystemClock(),
            NudgesMetrics(()),
            channels=(),
            lottery=NO_LOTS,
            forget_key=b"",
            on_decided=lambda: None,
        )
        await consumer.consider(REPORT, message)

    message.nack.assert_awaited_once()
    message.ack.assert_not_awaited()
