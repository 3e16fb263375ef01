"""Time that is stepped by messages, and how a service reports that it has caught up."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.clock import EPOCH, SteppedClock, SystemClock
from shared.jetstream.client import LeanClient
from shared.jetstream.streams import CLOCK, TICK_SUBJECT
from shared.requests.client import NO_QUERY, ask
from shared.requests.demonstration.clock_status import ClockStatus, status_endpoint
from shared.requests.router import RequestRouter
from shared.service.broker import ServiceBroker
from shared.service.stepped_time import answer_status, make_clock, read_last_tick, tick_router

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def _tick(nats: LeanClient, instant: datetime) -> None:
    await _publish(nats, msgspec.json.encode(instant))


async def _publish(nats: LeanClient, body: bytes) -> None:
    await nats.jetstream().publish(TICK_SUBJECT, body, stream=CLOCK)


async def _reach(clock: SteppedClock, instant: datetime) -> None:
    async with asyncio.timeout(10):
        await clock.wait_until(instant)


def test_the_settings_choose_the_clock() -> None:
    assert isinstance(make_clock("system"), SystemClock)
    assert isinstance(make_clock("stepped"), SteppedClock)


async def test_a_stepped_clock_follows_the_ticks(nats: LeanClient, broker: ServiceBroker) -> None:
    clock = SteppedClock()
    broker.include_router(tick_router(clock))
    await broker.start()

    for instant in (NOON, NOON + HOUR):
        await _tick(nats, instant)
        await _reach(clock, instant)

    assert clock.now() == NOON + HOUR


async def test_a_clock_that_subscribes_late_gets_the_newest_tick(nats: LeanClient, broker: ServiceBroker) -> None:
    clock = SteppedClock()
    broker.include_router(tick_router(clock))
    await _tick(nats, NOON)
    await _tick(nats, NOON + HOUR)

    await broker.start()

    await _reach(clock, NOON + HOUR)


async def test_a_tick_of_an_earlier_instant_does_not_move_the_clock_back(nats: LeanClient, broker: ServiceBroker) -> None:
    clock = SteppedClock(NOON)
    broker.include_router(tick_router(clock))
    await broker.start()

    await _tick(nats, NOON - HOUR)
    await _tick(nats, NOON + HOUR)

    await _reach(clock, NOON + HOUR)


@pytest.mark.parametrize("body", [b"noon", b"", b'"noon"', b"{}"])
async def test_an_unreadable_tick_does_not_keep_the_clock_from_the_next_one(
    nats: LeanClient, broker: ServiceBroker, body: bytes
) -> None:
    clock = SteppedClock()
    broker.include_router(tick_router(clock))
    await broker.start()

    await _publish(nats, body)
    await _tick(nats, NOON)

    await _reach(clock, NOON)


def test_the_system_clock_subscribes_to_nothing() -> None:
    assert len(tick_router(SystemClock()).subscribers) == 0
    assert len(tick_router(SteppedClock()).subscribers) == 1


async def test_a_service_that_starts_late_begins_at_the_newest_tick(nats: LeanClient) -> None:
    clock = SteppedClock()
    await _tick(nats, NOON - HOUR)
    await _tick(nats, NOON)

    await read_last_tick(nats, clock)

    assert clock.now() == NOON


async def test_without_a_tick_a_stepped_clock_stays_at_the_epoch(nats: LeanClient) -> None:
    clock = SteppedClock()

    await read_last_tick(nats, clock)
    await _publish(nats, b"")
    await read_last_tick(nats, clock)

    assert clock.now() == EPOCH


async def test_the_system_clock_reads_no_tick(nats: LeanClient) -> None:
    await _publish(nats, b"unreadable, so that reading it would fail")

    await read_last_tick(nats, SystemClock())


@pytest.mark.parametrize("is_caught_up", [True, False])
async def test_a_service_reports_the_time_and_whether_it_has_caught_up(
    nats: LeanClient, broker: ServiceBroker, is_caught_up: bool
) -> None:
    async def has_caught_up(now: datetime) -> bool:
        return is_caught_up and now == NOON

    requests = RequestRouter(queue="scoring")
    answer_status(requests, "scoring", SteppedClock(NOON), has_caught_up)
    broker.include_router(requests.router)
    await broker.start()

    status = await ask(nats, status_endpoint("scoring"), NO_QUERY)

    assert status == ClockStatus(now=NOON, caught_up=is_caught_up)
