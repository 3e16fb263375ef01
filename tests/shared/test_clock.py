"""Stepped time, trace context, and what makes a service ready."""

import asyncio
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from nats.aio.client import Client

from deploy.local.servers.ports import find_free_ports
from shared.clock import SteppedClock, answer_status, follow_ticks, status_subject
from shared.jetstream.client import connect
from shared.jetstream.streams import CLOCK, TICK_SUBJECT
from shared.service.probes import check_broker, problems_of
from shared.trace import continue_trace, trace_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def _tick(nats: Client, instant: datetime) -> None:
    await nats.jetstream().publish(TICK_SUBJECT, msgspec.json.encode(instant), stream=CLOCK)


async def test_a_stepped_clock_begins_with_the_newest_tick_and_follows(nats: Client) -> None:
    await _tick(nats, NOON)
    clock = await follow_ticks(nats)
    assert clock.now() == NOON

    waiting = asyncio.create_task(clock.wait_until(NOON + timedelta(hours=1)))
    await _tick(nats, NOON + timedelta(hours=1))

    async with asyncio.timeout(5):
        await waiting
    assert clock.now() == NOON + timedelta(hours=1)


async def test_a_stepped_clock_never_goes_back() -> None:
    clock = SteppedClock(NOON)

    clock.step_to(NOON - timedelta(hours=1))

    assert clock.now() == NOON


async def test_a_service_says_where_its_clock_stands_and_whether_it_has_caught_up(nats: Client) -> None:
    async def caught_up(now: datetime) -> bool:
        return now == NOON

    await answer_status(nats, "scoring", SteppedClock(NOON), caught_up)

    answer = await nats.request(status_subject("scoring"), b"", timeout=5)

    assert msgspec.json.decode(answer.data, type=ClockStatus) == ClockStatus(now=NOON, caught_up=True)


def test_a_trace_goes_on_with_a_span_of_its_own() -> None:
    on = continue_trace(TRACE)

    assert trace_id(on) == trace_id(TRACE)
    assert on != TRACE


@pytest.mark.parametrize(
    "bad", [None, "", "00-xyz", TRACE.replace("00-", "ff-", 1), f"00-{'0' * 32}-b7ad6b7169203331-01", TRACE + "\n"]
)
def test_an_unreadable_trace_begins_a_new_one(bad: str | None) -> None:
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", continue_trace(bad))
    assert trace_id(bad) == ""


async def test_a_broker_that_syncs_every_write_is_well(nats: Client, monitor_url: str) -> None:
    assert await problems_of({"nats": check_broker(nats, monitor_url)}) == {}


async def test_a_broker_that_cannot_be_asked_is_not(nats: Client) -> None:
    assert "nats.monitor_url is not set" in (await problems_of({"nats": check_broker(nats, "")}))["nats"]


async def test_a_broker_that_confirms_before_it_syncs_is_not(tmp_path: Path) -> None:
    port, monitor_port = find_free_ports(2)
    program = str(Path(sys.executable).with_name("nats-server"))
    arguments = ["-a", "127.0.0.1", "-p", str(port), "-m", str(monitor_port), "-js", "-sd", str(tmp_path)]
    server = await asyncio.create_subprocess_exec(program, *arguments, stderr=subprocess.DEVNULL)
    try:
        async with asyncio.timeout(20), httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{monitor_port}/healthz")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
        connection = await connect(f"nats://127.0.0.1:{port}", name="test")
        problems = await problems_of({"nats": check_broker(connection, f"http://127.0.0.1:{monitor_port}")})
        await connection.close()
    finally:
        server.terminate()
        await server.wait()

    assert problems == {
        "nats": "JetStream does not report sync_always; set `sync_interval: always` in the server's configuration"
    }
