"""The limits on bodies: their size, the time they may take, and how many are read at once. Over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.services.ingest.conftest import Ingest
from tests.services.ingest.senders import BY_NAME
from tests.serving import served

BODY_MAX_BYTES = 200_000


@pytest.mark.parametrize(("size", "status"), [(BODY_MAX_BYTES, 200), (BODY_MAX_BYTES + 1, 413)])
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(ingest: Ingest, size: int, status: int) -> None:
    assert (await ingest.post(b"x" * size)).status_code == status


@pytest.mark.parametrize(("size", "status"), [(BODY_MAX_BYTES, 401), (BODY_MAX_BYTES + 1, 413)])
async def test_the_limit_holds_also_if_the_length_is_not_declared(ingest: Ingest, size: int, status: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 20_000
        yield b"x" * (size - 20_000)

    response = await ingest.client.post("/webhooks/acme", content=chunks())

    assert response.status_code == status


async def test_a_body_that_trickles_times_out_and_delays_nobody(ingest: Ingest) -> None:
    sender = BY_NAME["outreach"]
    webhook = sender.post(sender.payload("call-1"))
    head = b"POST /webhooks/outreach HTTP/1.1\r\nHost: door\r\nContent-Length: 1000\r\n\r\n"

    async with served(ingest.app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        for _, writer in slow:
            writer.write(head + b"{")
        response = await client.post("/webhooks/outreach", content=webhook.body, headers=dict(webhook.headers))
        timed_out = [await reader.readline() for reader, _ in slow]
        for _, writer in slow:
            writer.close()

    assert response.status_code == 200
    assert timed_out == [b"HTTP/1.1 408 Request Timeout\r\n"] * 50


async def test_at_the_limit_of_requests_the_slowest_makes_room_for_the_next(ingest: Ingest) -> None:
    sender = BY_NAME["outreach"]
    webhook = sender.post(sender.payload("call-1"))
    head = b"POST /webhooks/outreach HTTP/1.1\r\nHost: door\r\nContent-Length: 1000\r\n\r\n{"
    app = ingest.door_with(requests_in_flight_max=20, body_timeout_s=60)

    async with served(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        for _, writer in slow:
            writer.write(head)
        while "requests_in_flight 20.0" not in (await client.get("/metrics")).text:
            pass
        responses = [
            await client.post("/webhooks/outreach", content=webhook.body, headers=dict(webhook.headers)) for _ in range(3)
        ]
        timed_out = await slow[0][0].readline()
        for _, writer in slow:
            writer.close()

    assert [response.status_code for response in responses] == [200] * 3
    assert timed_out == b"HTTP/1.1 408 Request Timeout\r\n"


@pytest.mark.parametrize(
    ("source", "headers", "status"),
    [("acme", {}, 413), ("not-configured", {}, 404), ("acme", {"Content-Encoding": "gzip"}, 415)],
)
async def test_a_sender_that_is_refused_while_it_sends_receives_the_reason(
    ingest: Ingest, source: str, headers: dict[str, str], status: int
) -> None:
    body, app = b"[0]" * 3_500_000, ingest.door_with(body_timeout_s=60)

    async with served(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        responses = [await client.post(f"/webhooks/{source}", content=body, headers=headers) for _ in range(5)]

    assert [response.status_code for response in responses] == [status] * 5


async def test_a_sender_that_waits_for_permission_is_refused_without_sending_its_body(ingest: Ingest) -> None:
    head = b"POST /webhooks/acme HTTP/1.1\r\nHost: door\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"

    async with served(ingest.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head % (BODY_MAX_BYTES + 1))
        status_line = await reader.readline()
        writer.close()

    assert status_line.startswith(b"HTTP/1.1 413 ")
