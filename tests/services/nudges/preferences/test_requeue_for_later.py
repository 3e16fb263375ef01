"""What is queued for its person once more, clause by clause, on a real database."""

import asyncpg
import pytest

from services.nudges.decide.nudges import mark_retracted
from services.nudges.deliver.deliveries import Delivery, claim_due_deliveries, has_reached_person, requeue_for_later
from shared.events import NudgeId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows


@pytest.fixture
async def nudge_rows(rows: Rows) -> Rows:
    """Two nudges that can have deliveries."""
    for nudge_id in ("n1", "n2"):
        await rows.add_nudge(make_nudge(nudge_id))
    return rows


async def _claim(pool: asyncpg.Pool) -> list[Delivery]:
    async with pool.acquire() as connection:
        return await claim_due_deliveries(connection, "recorder", count_max=10, now=NOON)


async def _states(pool: asyncpg.Pool) -> dict[str, tuple[str, str]]:
    rows = await pool.fetch("SELECT nudge_id, state, last_error FROM delivery")
    return {row["nudge_id"]: (row["state"], row["last_error"]) for row in rows}


async def test_a_delivery_that_was_made_is_queued_for_later_as_a_new_one(nudge_rows: Rows) -> None:
    await nudge_rows.add_delivery(NudgeId("n1"), state="delivered", attempts=3, last_error="answered 500")
    async with nudge_rows.pool.acquire() as connection:
        assert await requeue_for_later(connection, NudgeId("n1"), "recorder", at=NOON)

    (delivery,) = await _claim(nudge_rows.pool)

    assert (delivery.nudge.id, delivery.attempts, delivery.nudge.send_at) == ("n1", 1, NOON)
    assert await _states(nudge_rows.pool) == {"n1": ("sending", "")}


async def test_what_does_not_hold_any_more_is_not_queued_for_later(nudge_rows: Rows) -> None:
    await nudge_rows.add_nudge(make_nudge("wrong"), retracted_because="It was wrong.")
    for nudge_id in ("n1", "wrong"):
        await nudge_rows.add_delivery(NudgeId(nudge_id), state="delivered")

    async with nudge_rows.pool.acquire() as connection:
        assert not await requeue_for_later(connection, NudgeId("wrong"), "recorder", at=NOON)

    assert {state for state, _ in (await _states(nudge_rows.pool)).values()} == {"delivered"}


@pytest.mark.parametrize("state", ["queued", "sending", "failed"])
async def test_what_has_not_reached_its_person_is_not_queued_for_later(nudge_rows: Rows, state: str) -> None:
    await nudge_rows.add_delivery(NudgeId("n1"), state=state)

    async with nudge_rows.pool.acquire() as connection:
        assert not await requeue_for_later(connection, NudgeId("n1"), "recorder", at=NOON)
        assert not await has_reached_person(connection, NudgeId("n1"), "recorder")


async def test_a_delivery_of_another_nudge_or_channel_has_not_reached_the_person(nudge_rows: Rows) -> None:
    await nudge_rows.add_delivery(NudgeId("n1"), state="delivered")

    for nudge_id, channel, has_reached in (("n1", "recorder", True), ("n2", "recorder", False), ("n1", "other", False)):
        assert await has_reached_person(nudge_rows.pool, NudgeId(nudge_id), channel) is has_reached


async def test_what_turns_out_wrong_does_not_come_again_but_everything_else_does(nudge_rows: Rows) -> None:
    async with nudge_rows.pool.acquire() as connection:
        for nudge_id in ("n1", "n2"):
            await nudge_rows.add_delivery(NudgeId(nudge_id), state="delivered")
            await requeue_for_later(connection, NudgeId(nudge_id), "recorder", at=NOON)

        await mark_retracted(connection, NudgeId("n1"), None, "")
        assert {state for state, _ in (await _states(nudge_rows.pool)).values()} == {"queued"}
        await mark_retracted(connection, NudgeId("n1"), NOON, "It was wrong.")

        assert await _states(nudge_rows.pool) == {"n1": ("delivered", ""), "n2": ("queued", "")}
        await _claim(nudge_rows.pool)
        await mark_retracted(connection, NudgeId("n2"), NOON, "It was wrong.")
    assert (await _states(nudge_rows.pool))["n2"] == ("sending", "")


async def test_a_first_delivery_goes_out_although_the_nudge_turned_out_wrong(nudge_rows: Rows) -> None:
    await nudge_rows.add_delivery(NudgeId("n1"), state="queued")

    async with nudge_rows.pool.acquire() as connection:
        await mark_retracted(connection, NudgeId("n1"), NOON, "It was wrong.")

    assert await _states(nudge_rows.pool) == {"n1": ("queued", "")}
