"""The queries of channel states, clause by clause, on a real database."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest

from services.nudges.deliver.channel import Audience
from services.nudges.deliver.channel_states import (
    ChannelState,
    claim_channel,
    list_channel_states,
    mark_channel_delivering,
    mark_channel_disabled,
    mark_channel_failing,
    mark_channel_paused,
    merge_channels,
)
from services.nudges.deliver.deliveries import enqueue_deliveries
from services.nudges.deliver.enable_channel import NoSuchChannel, enable_channel
from services.nudges.deliver.list_channels import show_channel
from shared.events import TeamId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.delivering import Delivering
from tests.services.nudges.deliver.recorder import Recorder

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)


@pytest.fixture
async def known(pool: asyncpg.Pool) -> asyncpg.Pool:
    """A database on which two channels are known."""
    await merge_channels(pool, {"recorder": Recorder(), "other": Recorder(name="other")})
    return pool


async def _state(pool: asyncpg.Pool, name: str = "recorder") -> ChannelState:
    (state,) = await list_channel_states(pool, [name], now=NOON)
    return state


async def _disable(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await mark_channel_disabled(connection, "recorder", error="gone", now=NOON)


async def test_a_channel_that_leads_elsewhere_starts_afresh_and_one_that_does_not_keeps_its_state(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        await mark_channel_failing(connection, "recorder", error="answered 500", now=NOON)
        await mark_channel_paused(connection, "recorder", paused_until=NOON + MINUTE, asked_until=NOON + MINUTE)
        await mark_channel_disabled(connection, "recorder", error="gone", now=NOON)
    before = await _state(known)

    await merge_channels(known, {"recorder": Recorder()})
    assert await _state(known) == before
    await merge_channels(known, {"recorder": Recorder(destination=b"elsewhere")})

    state = await _state(known)
    assert (state.failures, state.failing_since, state.paused_until) == (0, None, None)
    assert (state.disabled_at, state.last_error) == (None, "")


async def test_each_channel_has_an_audience_of_its_own(pool: asyncpg.Pool, rows: Rows) -> None:
    names, nudge = ("south", "north", "west"), make_nudge()
    await merge_channels(pool, {name: Recorder(name=name, audience=Audience(teams=(TeamId(name),))) for name in names})
    await rows.add_nudge(nudge)

    async with pool.acquire() as connection:
        await enqueue_deliveries(connection, nudge.id, names, now=NOON)

    assert [row["channel"] for row in await pool.fetch("SELECT channel FROM delivery")] == [nudge.team.id]


async def test_only_the_channels_that_are_asked_for_are_listed_by_name(known: asyncpg.Pool) -> None:
    states = await list_channel_states(known, ["recorder", "pager", "other"], now=NOON)

    assert [state.name for state in states] == ["other", "recorder"]
    assert await list_channel_states(known, [], now=NOON) == []


async def test_failures_are_counted_in_a_row_from_the_first_and_end_with_a_delivery(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        counts = [
            await mark_channel_failing(connection, "recorder", error=error, now=NOON + number * MINUTE)
            for number, error in enumerate(("answered 500", "answered 502"))
        ]
        failing = await _state(known)
        await mark_channel_paused(connection, "recorder", paused_until=NOON + MINUTE, asked_until=None)
        await mark_channel_delivering(connection, "recorder")

    assert counts == [1, 2]
    assert (failing.failures, failing.failing_since, failing.last_error) == (2, NOON, "answered 502")
    recovered = await _state(known)
    assert (recovered.failures, recovered.failing_since, recovered.paused_until, recovered.last_error) == (0, None, None, "")
    assert (await _state(known, "other")).failures == 0


async def test_a_delivery_ends_only_the_failures_of_its_own_channel(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        for name in ("recorder", "other"):
            await mark_channel_failing(connection, name, error="answered 500", now=NOON)
        await mark_channel_delivering(connection, "recorder")

    assert (await _state(known, "other")).failures == 1


async def test_a_delivery_does_not_end_what_the_receiver_asked_for(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        await mark_channel_failing(connection, "recorder", error="answered 429", now=NOON)
        await mark_channel_paused(connection, "recorder", paused_until=NOON + 5 * MINUTE, asked_until=NOON + MINUTE)
        assert (await _state(known)).paused_until == NOON + 5 * MINUTE
        await mark_channel_delivering(connection, "recorder")

    assert (await _state(known)).paused_until == NOON + MINUTE


async def test_a_delivery_without_failures_before_leaves_a_pause_as_it_is(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        await mark_channel_paused(connection, "recorder", paused_until=NOON + MINUTE, asked_until=None)
        await mark_channel_delivering(connection, "recorder")

    assert (await _state(known)).paused_until == NOON + MINUTE


async def test_a_pause_is_never_shortened(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        for minutes in (5, 1):
            paused_until = NOON + minutes * MINUTE
            await mark_channel_paused(connection, "recorder", paused_until=paused_until, asked_until=paused_until)
        await mark_channel_paused(connection, "recorder", paused_until=None, asked_until=None)

    row = await known.fetchrow("SELECT paused_until, asked_until FROM channel WHERE name = 'recorder'")
    assert row is not None
    assert tuple(row) == (NOON + 5 * MINUTE,) * 2
    assert (await _state(known, "other")).paused_until is None


async def test_a_disabled_channel_keeps_its_first_time_and_error_until_it_is_enabled(known: asyncpg.Pool) -> None:
    await _disable(known)
    async with known.acquire() as connection:
        await mark_channel_failing(connection, "recorder", error="answered 500", now=NOON + MINUTE)
        await mark_channel_disabled(connection, "recorder", error="gone again", now=NOON + MINUTE)
        await mark_channel_delivering(connection, "recorder")

    state = await _state(known)
    assert (state.disabled_at, state.failing_since, state.last_error, state.failures) == (NOON, NOON, "gone", 1)
    assert (await _state(known, "other")).disabled_at is None


async def test_a_channel_that_is_disabled_was_failing_since_its_first_failure(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        await mark_channel_failing(connection, "recorder", error="answered 500", now=NOON - MINUTE)
    await _disable(known)

    state = await _state(known)
    assert (state.failing_since, state.disabled_at) == (NOON - MINUTE, NOON)


async def test_a_channel_is_enabled_by_hand_and_starts_afresh(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        for name in ("recorder", "other"):
            await mark_channel_failing(connection, name, error="answered 500", now=NOON)
            await mark_channel_paused(connection, name, paused_until=NOON + MINUTE, asked_until=NOON + MINUTE)
    await _disable(known)

    await enable_channel(known, "recorder", configured=["recorder"])

    state = await _state(known)
    assert (state.failures, state.failing_since, state.paused_until) == (0, None, None)
    assert (state.disabled_at, state.last_error) == (None, "")
    assert (await _state(known, "other")).failures == 1
    with pytest.raises(NoSuchChannel, match=r"^recordre \(did you mean recorder\?\)"):
        await enable_channel(known, "recordre", configured=["recorder"])


async def test_replicas_look_at_a_channel_one_after_the_other(known: asyncpg.Pool) -> None:
    async with known.acquire() as first, known.acquire() as second:
        async with first.transaction():
            assert await claim_channel(first, "recorder") is not None
            async with second.transaction():
                assert await claim_channel(second, "other") is not None
            waiting = asyncio.create_task(claim_channel(second, "recorder"))
            while not await known.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                await asyncio.sleep(0)
            assert not waiting.done()
        assert await waiting is not None


async def test_a_claimed_channel_is_paused_until_the_later_of_backoff_and_request(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        await mark_channel_paused(connection, "recorder", paused_until=NOON + MINUTE, asked_until=NOON + 2 * MINUTE)

        claimed = await claim_channel(connection, "recorder")

        assert claimed is not None
        assert claimed.paused_until == NOON + 2 * MINUTE
        assert await claim_channel(connection, "pager") is None


@pytest.mark.parametrize(
    ("queued_at", "sending_since"), [(NOON - MINUTE, NOON), (NOON, NOON - MINUTE)], ids=["queued is older", "sending is older"]
)
async def test_what_waits_and_what_was_given_up_is_counted_for_each_channel(
    rows: Rows, queued_at: datetime, sending_since: datetime
) -> None:
    await merge_channels(rows.pool, {"recorder": Recorder(), "other": Recorder(name="other")})
    deliveries = (
        ("queued", queued_at),
        ("sending", sending_since),
        ("delivered", NOON - 5 * MINUTE),
        ("failed", NOON - WEEK),
        ("failed", NOON - WEEK + SECOND),
    )
    for number, (state, since) in enumerate(deliveries):
        nudge = make_nudge(f"n{number}")
        await rows.add_nudge(nudge)
        await rows.add_delivery(nudge.id, state=state, queued_at=since)

    recorder = await _state(rows.pool)

    assert (recorder.waiting, recorder.waiting_since, recorder.given_up) == (2, NOON - MINUTE, 1)
    other = await _state(rows.pool, "other")
    assert (other.waiting, other.waiting_since, other.given_up) == (0, None, 0)


async def test_the_most_serious_state_of_a_channel_is_named(known: asyncpg.Pool) -> None:
    async def named() -> tuple[str, str]:
        (row,) = (await show_channel(known, "recorder", now=NOON)).channels
        return row.state, row.last_error

    states = [await named()]
    async with known.acquire() as connection:
        for _ in range(4):
            await mark_channel_failing(connection, "recorder", error="answered 429", now=NOON)
        states.append(await named())
        await mark_channel_paused(connection, "recorder", paused_until=NOON + SECOND, asked_until=None)
        states.append(await named())
        await mark_channel_failing(connection, "recorder", error="answered 500", now=NOON)
        states.append(await named())
    await _disable(known)
    states.append(await named())

    assert states == [
        ("ok", ""),
        ("retrying", "answered 429"),
        ("paused", "answered 429"),
        ("failing", "answered 500"),
        ("disabled", "gone"),
    ]


async def test_a_pause_that_is_over_is_not_shown(known: asyncpg.Pool) -> None:
    async with known.acquire() as connection:
        await mark_channel_paused(connection, "recorder", paused_until=NOON, asked_until=None)

    (row,) = (await show_channel(known, "recorder", now=NOON)).channels

    assert (row.state, row.paused_until) == ("ok", None)


@pytest.mark.parametrize(
    ("state", "is_given"),
    [
        ("failures = 4, paused_until = $1, asked_until = $1", True),
        ("failures = 5", False),
        ("disabled_at = $1", False),
        ("paused_until = $1 + interval '1 second', asked_until = $1", False),
        ("asked_until = $1 + interval '1 second'", False),
    ],
)
async def test_more_is_given_only_of_a_channel_that_works(delivering: Delivering, state: str, *, is_given: bool) -> None:
    await delivering.queue(2)
    await merge_channels(delivering.pool, {"other": Recorder(name="other")})  # which works
    await delivering.pool.execute(
        f"UPDATE channel SET {state} WHERE name = 'recorder' AND $1::timestamptz IS NOT NULL", delivering.now
    )

    claimed = await delivering.deliverer().claim_more(1)

    assert len(claimed) == is_given
    assert all(delivery.attempts == 1 for delivery in claimed)
