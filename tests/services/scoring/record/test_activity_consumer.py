"""The consumer of ACTIVITIES, from the stream to recorded days and dead letters."""

import asyncio
import json
from typing import Any

from services.scoring.metrics import ScoringMetrics
from services.scoring.record.activity_consumer import ActivityConsumer
from shared.clock import SystemClock
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import DETAIL_HEADER
from shared.jetstream.publisher import Outgoing, Publisher
from tests.services.scoring.conftest import ANA, MONDAY_NOON, Scoring

CALL: dict[str, Any] = {
    "source": "acme",
    "activity_id": "a1",
    "kind": "call",
    "observed_at": MONDAY_NOON.isoformat(),
    "facts": {"actor": "7", "started_at": MONDAY_NOON.isoformat(), "duration_s": 100},
}


async def test_good_messages_of_a_batch_are_recorded_and_unreadable_ones_become_dead_letters(
    scoring: Scoring, nats: LeanClient
) -> None:
    bodies = [CALL, CALL | {"source": ""}, CALL | {"facts": {"duration_s": -1}}]
    metrics, stopping, recorded = ScoringMetrics(), asyncio.Event(), asyncio.Event()
    async with Publisher(nats) as publisher:
        await publisher.store_all(
            Outgoing(
                subject="activity.observed.v1.acme",
                headers={"ce-id": f"e{number}", "ce-time": MONDAY_NOON.isoformat()},
                data=json.dumps(body).encode(),
            )
            for number, body in enumerate(bodies)
        )

        consumer = ActivityConsumer(
            nats,
            scoring.pool,
            scoring.cache,
            publisher,
            SystemClock(),
            metrics,
            batch_max=10,
            on_recorded=lambda _: recorded.set(),
        )
        consuming = asyncio.create_task(consumer.run(stopping))
        await recorded.wait()
        stopping.set()
        await consuming

    assert (await scoring.day(ANA))["counts"] == '{"calls": 1}'
    unreadable = await nats.jetstream().get_last_msg("DEAD", "dead.scoring.unreadable_event")
    refused = await nats.jetstream().get_last_msg("DEAD", "dead.scoring.refused_observation")
    assert (unreadable.headers or {})[DETAIL_HEADER].startswith("no ce-id header or no source")
    assert (refused.headers or {})[DETAIL_HEADER].startswith("facts.duration_s: must be a number of seconds")
    counted = {
        reason: metrics.dead_letters.labels(reason)._value.get() for reason in ("unreadable_event", "refused_observation")
    }
    assert counted == {"unreadable_event": 1, "refused_observation": 1}
    assert metrics.observations.labels("new")._value.get() == 1
