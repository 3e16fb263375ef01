"""The queries of deliveries, clause by clause, on a real database."""

from datetime import timedelta

import asyncpg
import pytest

from services.nudges.deliver.channel import EVERYTHING, Audience
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.deliveries import (
    Delivery,
    claim_due_deliveries,
    enqueue_deliveries,
    give_up_orphans,
    mark_delivered,
    mark_failed,
    mark_overdue_failed,
    mark_retry,
)
from shared.events import NudgeKind, TeamId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.recorder import Recorder

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def nudge_rows(rows: Rows) -> Rows:
    """Three nudges that can have deliveries."""
    for nudge_id in ("n1", "n2", "n3"):
        await rows.add_nudge(make_nudge(nudge_id))
    return rows


async def _claim(pool: asyncpg.Pool, *, count_max: int = 10) -> list[Delivery]:
    async with pool.acquire() as connection:
        return await claim_due_deliveries(connection, "recorder", count_max=count_max, now=NOON)


async def _states(pool: asyncpg.Pool) -> dict[str, tuple[str, str]]:
    rows = await pool.fetch("SELECT nudge_id, state, last_error FROM delivery")
    return {row["nudge_id"]: (row["state"], row["last_error"]) for row in rows}


@pytest.mark.parametrize(
    ("audience", "is_queued"),
    [
        (EVERYTHING, True),
        (Audience(teams=(TeamId("south"), TeamId("north"))), True),
        (Audience(teams=(TeamId("south"),)), False),
        (Audience(kinds=(NudgeKind.CELEBRATION,)), True),
        (Audience(kinds=(NudgeKind.COACHING, NudgeKind.DIGEST)), False),
        (Audience(teams=(TeamId("north"),), kinds=(NudgeKind.COACHING,)), False),
        (Audience(teams=(TeamId("south"),), kinds=(NudgeKind.CELEBRATION,)), False),
    ],
)
async def test_a_channel_is_given_the_nudges_of_its_teams_and_kinds(
    nudge_rows: Rows, audience: Audience, is_queued: bool
) -> None:
    pool, nudge = nudge_rows.pool, make_nudge("n1")
    await merge_channels(pool, {"recorder": Recorder(audience=audience)})

    async with pool.acquire() as connection:
        await enqueue_deliveries(connection, nudge.id, ["recorder"], now=NOON)

    assert len(await _claim(pool)) == is_queued


async def test_a_channel_that_is_not_known_yet_is_given_everything(nudge_rows: Rows) -> None:
    async with nudge_rows.pool.acquire() as connection:
        await enqueue_deliveries(connection, make_nudge("n1").id, ["recorder", "other"], now=NOON)

    assert await nudge_rows.pool.fetchval("SELECT count(*) FROM delivery") == 2


async def test_queueing_a_nudge_again_changes_nothing(nudge_rows: Rows) -> None:
    pool, nudge = nudge_rows.pool, make_nudge("n1")
    async with pool.acquire() as connection:
        await enqueue_deliveries(connection, nudge.id, ["recorder"], now=NOON)
        await pool.execute("UPDATE delivery SET state = 'delivered'")
        await enqueue_deliveries(connection, nudge.id, ["recorder"], now=NOON)

    assert await _states(pool) == {"n1": ("delivered", "")}


async def test_only_what_is_due_in_this_channel_is_claimed(nudge_rows: Rows) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, due_at=NOON)
    await nudge_rows.add_delivery(make_nudge("n2").id, due_at=NOON + SECOND)
    for nudge_id in ("n1", "n3"):
        await nudge_rows.add_delivery(make_nudge(nudge_id).id, "other", due_at=NOON)

    assert [delivery.nudge.id for delivery in await _claim(nudge_rows.pool)] == ["n1"]


@pytest.mark.parametrize(
    ("state", "lease_left_s", "is_claimed"),
    [
        ("queued", None, True),
        ("sending", -1, True),
        ("sending", 20, False),
        ("delivered", -1, False),
        ("failed", -1, False),
    ],
)
async def test_a_delivery_is_claimed_when_nobody_has_it(
    nudge_rows: Rows, state: str, lease_left_s: float | None, is_claimed: bool
) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, state=state, lease_left_s=lease_left_s)

    assert len(await _claim(nudge_rows.pool)) == is_claimed


async def test_a_claim_has_a_lease_of_half_a_minute_and_counts_the_attempt(nudge_rows: Rows) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, attempts=2)

    (delivery,) = await _claim(nudge_rows.pool)

    row = await nudge_rows.pool.fetchrow(
        "SELECT state, attempts, extract(epoch FROM lease_until - clock_timestamp()) AS lease_s FROM delivery"
    )
    assert row is not None
    assert (delivery.attempts, row["state"], row["attempts"]) == (3, "sending", 3)
    assert 25 < row["lease_s"] <= 30


async def test_the_deliveries_that_are_due_longest_are_claimed_first(nudge_rows: Rows) -> None:
    for number, nudge_id in enumerate(("n2", "n3", "n1")):
        await nudge_rows.add_delivery(make_nudge(nudge_id).id, due_at=NOON - number * MINUTE)

    await nudge_rows.ignore_indexes()

    claims = [await _claim(nudge_rows.pool, count_max=2) for _ in range(2)]

    assert [{delivery.nudge.id for delivery in claim} for claim in claims] == [{"n1", "n3"}, {"n2"}]


async def test_a_delivery_that_another_transaction_holds_is_passed_over(nudge_rows: Rows) -> None:
    for nudge_id in ("n1", "n2"):
        await nudge_rows.add_delivery(make_nudge(nudge_id).id)
    async with nudge_rows.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM delivery WHERE nudge_id = 'n1' FOR UPDATE")

        claimed = await _claim(nudge_rows.pool)

    assert [delivery.nudge.id for delivery in claimed] == ["n2"]


async def test_a_yes_is_recorded_once_and_clears_the_last_error(nudge_rows: Rows) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, last_error="answered 500", lease_left_s=20)
    await nudge_rows.add_delivery(make_nudge("n1").id, "other", last_error="answered 500")
    await nudge_rows.add_delivery(make_nudge("n2").id, last_error="answered 500")
    delivery = Delivery(channel="recorder", attempts=1, nudge=make_nudge("n1"), traceparent="")

    async with nudge_rows.pool.acquire() as connection:
        attempts = [await mark_delivered(connection, delivery, now=NOON) for _ in range(2)]

    assert attempts == [0, None]
    rows = await nudge_rows.pool.fetch(
        "SELECT nudge_id, channel, state, delivered_at, last_error, lease_until FROM delivery ORDER BY 1, 2"
    )
    assert [tuple(row) for row in rows] == [
        ("n1", "other", "queued", None, "answered 500", None),
        ("n1", "recorder", "delivered", NOON, "", None),
        ("n2", "recorder", "queued", None, "answered 500", None),
    ]


_of_an_attempt = pytest.mark.parametrize(
    ("channel", "nudge_id", "attempts", "state", "is_recorded"),
    [
        ("recorder", "n1", 2, "sending", True),
        ("recorder", "n1", 1, "sending", False),
        ("recorder", "n1", 2, "delivered", False),
        ("recorder", "n1", 2, "failed", False),
        ("other", "n1", 2, "sending", False),
        ("recorder", "n2", 2, "sending", False),
    ],
    ids=["this attempt", "an earlier attempt", "delivered meanwhile", "given up meanwhile", "another channel", "another nudge"],
)


@_of_an_attempt
async def test_a_retry_is_recorded_only_for_the_attempt_under_way(
    nudge_rows: Rows, channel: str, nudge_id: str, attempts: int, state: str, is_recorded: bool
) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, state=state, attempts=2, lease_left_s=20)
    delivery = Delivery(channel=channel, attempts=attempts, nudge=make_nudge(nudge_id), traceparent="")

    async with nudge_rows.pool.acquire() as connection:
        await mark_retry(connection, delivery, due_at=NOON + MINUTE, error="answered 500")

    row = await nudge_rows.pool.fetchrow("SELECT state, last_error, due_at, lease_until IS NULL FROM delivery")
    assert row is not None
    assert tuple(row) == (("queued", "answered 500", NOON + MINUTE, True) if is_recorded else (state, "", NOON, False))


@_of_an_attempt
async def test_a_failure_is_recorded_only_for_the_attempt_under_way(
    nudge_rows: Rows, channel: str, nudge_id: str, attempts: int, state: str, is_recorded: bool
) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, state=state, attempts=2, lease_left_s=20)
    delivery = Delivery(channel=channel, attempts=attempts, nudge=make_nudge(nudge_id), traceparent="")

    async with nudge_rows.pool.acquire() as connection:
        await mark_failed(connection, delivery, error="no such address")

    row = await nudge_rows.pool.fetchrow("SELECT state, last_error, lease_until IS NULL FROM delivery")
    assert row is not None
    assert tuple(row) == (("failed", "no such address", True) if is_recorded else (state, "", False))


async def test_only_what_was_queued_in_time_in_this_channel_is_overdue(nudge_rows: Rows) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, queued_at=NOON, last_error="answered 500")
    await nudge_rows.add_delivery(make_nudge("n2").id, queued_at=NOON + SECOND)
    for nudge_id in ("n1", "n3"):
        await nudge_rows.add_delivery(make_nudge(nudge_id).id, "other", queued_at=NOON)

    async with nudge_rows.pool.acquire() as connection:
        count = await mark_overdue_failed(connection, "recorder", queued_until=NOON, because="too late")

    assert count == 1
    failed = await nudge_rows.pool.fetch("SELECT nudge_id, channel, last_error FROM delivery WHERE state = 'failed'")
    assert [tuple(row) for row in failed] == [("n1", "recorder", "too late; last error: answered 500")]


@pytest.mark.parametrize("state", ["sending", "delivered", "failed"])
async def test_only_a_queued_delivery_is_overdue(nudge_rows: Rows, state: str) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, state=state)

    async with nudge_rows.pool.acquire() as connection:
        assert await mark_overdue_failed(connection, "recorder", queued_until=NOON, because="too late") == 0

    assert await _states(nudge_rows.pool) == {"n1": (state, "")}


async def test_an_overdue_delivery_that_another_transaction_holds_is_passed_over(nudge_rows: Rows) -> None:
    for nudge_id in ("n1", "n2"):
        await nudge_rows.add_delivery(make_nudge(nudge_id).id)
    async with nudge_rows.pool.acquire() as other, nudge_rows.pool.acquire() as connection, other.transaction():
        await other.execute("SELECT FROM delivery WHERE nudge_id = 'n1' FOR UPDATE")

        assert await mark_overdue_failed(connection, "recorder", queued_until=NOON, because="too late") == 1


async def test_at_most_a_thousand_are_given_up_at_once_those_due_first(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n0"))
    await rows.pool.execute(
        "INSERT INTO nudge (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text,"
        " reason, status, decided_at, event, traceparent)"
        " SELECT 'x' || number, rule, kind, person_id, person_name, team_id, manager_ids, number, day, timezone, text,"
        " reason, status, decided_at, event, traceparent FROM nudge, generate_series(1, 1000) AS number"
    )
    await rows.pool.execute(
        "INSERT INTO delivery (nudge_id, channel, state, due_at, queued_at)"
        " SELECT id, 'recorder', 'queued', CASE id WHEN 'n0' THEN $1::timestamptz ELSE $2 END, $2::timestamptz FROM nudge",
        NOON,
        NOON - MINUTE,
    )

    await rows.ignore_indexes()

    async with rows.pool.acquire() as connection:
        count = await mark_overdue_failed(connection, "recorder", queued_until=NOON, because="late")

    assert count == 1_000
    remaining = await rows.pool.fetch("SELECT nudge_id FROM delivery WHERE state = 'queued'")
    assert [row["nudge_id"] for row in remaining] == ["n0"]


async def test_what_is_queued_for_a_channel_that_is_no_longer_configured_is_given_up_after_a_rolling_restart(
    nudge_rows: Rows,
) -> None:
    pool, gone, configured = nudge_rows.pool, make_nudge("n1").id, make_nudge("n2").id
    await nudge_rows.add_delivery(gone, "pager")
    await nudge_rows.add_delivery(configured, "recorder")

    await give_up_orphans(pool, ["recorder"], now=NOON + 10 * MINUTE - SECOND)
    assert await _states(pool) == {"n1": ("queued", ""), "n2": ("queued", "")}
    await give_up_orphans(pool, ["recorder"], now=NOON + 10 * MINUTE)

    assert await _states(pool) == {"n1": ("failed", "this channel is no longer configured"), "n2": ("queued", "")}


@pytest.mark.parametrize("state", ["sending", "delivered", "failed"])
async def test_only_a_queued_delivery_is_an_orphan(nudge_rows: Rows, state: str) -> None:
    await nudge_rows.add_delivery(make_nudge("n1").id, "pager", state=state)

    await give_up_orphans(nudge_rows.pool, [], now=NOON + 60 * MINUTE)

    assert await _states(nudge_rows.pool) == {"n1": (state, "")}
