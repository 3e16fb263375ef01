"""A yes of a receiver, recorded in one statement with everything that follows from it."""

from datetime import datetime

import pytest

from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.deliveries import Delivery, record_delivered
from shared.events import NudgeId
from shared.postgres.outbox import OutboxEvent
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.recorder import Recorder


@pytest.fixture
async def nudge_rows(rows: Rows) -> Rows:
    """Nudges that can have deliveries."""
    for nudge_id in ("n1", "n2", "n3", "n4"):
        await rows.add_nudge(make_nudge(nudge_id))
    return rows


async def test_a_yes_to_several_is_recorded_with_their_events_unless_somebody_has_taken_over(nudge_rows: Rows) -> None:
    pool = nudge_rows.pool
    await merge_channels(pool, {"recorder": Recorder(), "other": Recorder(name="other")})
    await pool.execute("UPDATE channel SET failures = 1, failing_since = $1, paused_until = $1, last_error = 'no answer'", NOON)
    for nudge_id, attempts in (("n3", 1), ("n1", 2), ("n2", 1), ("n4", 1)):
        await nudge_rows.add_delivery(
            NudgeId(nudge_id), state="sending", last_error="answered 500", lease_left_s=20, attempts=attempts
        )
    await nudge_rows.add_delivery(
        NudgeId("n2"), "other", state="sending", last_error="answered 500", lease_left_s=20, attempts=1
    )
    accepted = [_accepted(nudge_id, attempts=1) for nudge_id in ("n3", "n1", "n2")]

    recorded = [await record_delivered(pool, "recorder", accepted, now=NOON) for _ in range(2)]

    assert recorded == [{"n2", "n3"}, set()]
    assert await nudge_rows.outbox("test") == [delivery.nudge.model_dump_json() for delivery, _ in (accepted[0], accepted[2])]
    rows = await pool.fetch(
        "SELECT nudge_id, channel, state, delivered_at, last_error, lease_until IS NULL FROM delivery ORDER BY 1, 2"
    )
    assert [tuple(row) for row in rows] == [
        ("n1", "recorder", "sending", None, "answered 500", False),
        ("n2", "other", "sending", None, "answered 500", False),
        ("n2", "recorder", "delivered", NOON, "", True),
        ("n3", "recorder", "delivered", NOON, "", True),
        ("n4", "recorder", "sending", None, "answered 500", False),
    ]
    rows = await pool.fetch("SELECT name, failures, failing_since, paused_until, last_error FROM channel ORDER BY name")
    assert [tuple(row) for row in rows] == [("other", 1, NOON, NOON, "no answer"), ("recorder", 0, None, None, "")]


@pytest.mark.parametrize(
    ("failures", "disabled_at", "attempts"),
    [(0, None, 1), (2, NOON, 1), (2, None, 2)],
    ids=["no failure", "disabled", "no yes"],
)
async def test_a_yes_changes_a_channel_only_if_it_ends_failures(
    failures: int, disabled_at: datetime | None, attempts: int, nudge_rows: Rows
) -> None:
    await merge_channels(nudge_rows.pool, {"recorder": Recorder()})
    state = "failures = $1, disabled_at = $2, paused_until = $3, last_error = 'no answer'"
    await nudge_rows.pool.execute(f"UPDATE channel SET {state}", failures, disabled_at, NOON)
    await nudge_rows.add_delivery(NudgeId("n1"), state="sending", lease_left_s=20, attempts=attempts)

    await record_delivered(nudge_rows.pool, "recorder", [_accepted("n1", attempts=1)], now=NOON)

    row = await nudge_rows.pool.fetchrow("SELECT failures, paused_until, last_error FROM channel")
    assert row is not None
    assert tuple(row) == (failures, NOON, "no answer")


def _accepted(nudge_id: str, *, attempts: int) -> tuple[Delivery, OutboxEvent]:
    nudge = make_nudge(nudge_id)
    event = OutboxEvent(event_id=nudge_id, event_type="test", subject="", body=nudge, traceparent="", at=NOON)
    return Delivery(channel="recorder", attempts=attempts, nudge=nudge, traceparent=""), event
