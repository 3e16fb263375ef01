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

    async with (
        served(ingest.app, limits=ingest.limits) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
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
    head = b"POST /webhooks/acme HTTP/1.1\r\nHost: door\r\nContent-Length: 1000\r\n\r\n{"
    app = ingest.door_with(requests_in_flight_max=20, body_timeout_s=60)

    async with served(app, limits=ingest.limits) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        for _, writer in slow:
            writer.write(head)
        while "requests_in_flight 20.0" not in await ingest.read_metrics():
            await asyncio.sleep(0)
        responses = [
            await client.post("/webhooks/outreach", content=webhook.body, headers=dict(webhook.headers)) for _ in range(3)
        ]
        answered = await slow[0][0].readline()
        for _, writer in slow:
            writer.close()

    assert [response.status_code for response in responses] == [200] * 3
    assert answered == b"HTTP/1.1 503 Service Unavailable\r\n"


@pytest.mark.parametrize(
    ("source", "headers", "status"),
    [("acme", {}, 413), ("not-configured", {}, 404), ("acme", {"Content-Encoding": "gzip"}, 415)],
)
async def test_a_sender_that_is_refused_while_it_sends_receives_the_reason(
    ingest: Ingest, source: str, headers: dict[str, str], status: int
) -> None:
    body, app = b"[0]" * 3_500_000, ingest.door_with(body_timeout_s=60)

    async with served(app, limits=ingest.limits) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        responses = [await client.post(f"/webhooks/{source}", content=body, headers=headers) for _ in range(5)]

    assert [response.status_code for response in responses] == [status] * 5


async def test_a_sender_that_waits_for_permission_is_refused_without_sending_its_body(ingest: Ingest) -> None:
    head = b"POST /webhooks/acme HTTP/1.1\r\nHost: door\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"

    async with served(ingest.app, limits=ingest.limits) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head % (BODY_MAX_BYTES + 1))
        status_line = await reader.readline()
        writer.close()

    assert status_line.startswith(b"HTTP/1.1 413 ")


async def test_the_bodies_of_all_senders_together_fill_only_so_much_memory(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.read_body._BUFFERED_MAX_BYTES", 2 * BODY_MAX_BYTES)
    monkeypatch.setattr("services.ingest.read_body._BUFFERED_MAX_BODIES", 1)
    head = b"POST /webhooks/acme HTTP/1.1\r\nHost: door\r\nContent-Length: %d\r\n\r\n" % BODY_MAX_BYTES
    app = ingest.door_with(body_timeout_s=60)

    async with served(app, limits=ingest.limits) as port:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for _, writer in slow:
            writer.write(head + b"x" * (BODY_MAX_BYTES - 1))
        responses = {asyncio.create_task(reader.readline()): writer for reader, writer in slow}
        answered_first, waiting = await asyncio.wait(responses, return_when=asyncio.FIRST_COMPLETED)
        for response in waiting:
            responses[response].write(b"x")
        answered = [await response for response in waiting]
        for _, writer in slow:
            writer.close()

    assert [response.result() for response in answered_first] == [b"HTTP/1.1 503 Service Unavailable\r\n"]
    assert answered == [b"HTTP/1.1 401 Unauthorized\r\n"] * 2


async def test_bodies_that_have_been_read_leave_their_room_to_others(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.read_body._BUFFERED_MAX_BYTES", BODY_MAX_BYTES)
    monkeypatch.setattr("services.ingest.read_body._BUFFERED_MAX_BODIES", 1)
    ingest.client._transport = httpx.ASGITransport(ingest.door_with())

    statuses = [(await ingest.post(b"x" * BODY_MAX_BYTES)).status_code for _ in range(3)]

    assert statuses == [200] * 3


async def test_of_many_bodies_that_are_refused_at_once_not_all_are_read_to_their_end(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.read_body._DISCARDED_AT_ONCE_MAX", 1)
    head = b"POST /webhooks/acme HTTP/1.1\r\nHost: door\r\nContent-Length: %d\r\n\r\n" % (BODY_MAX_BYTES + 1)
    app = ingest.door_with(body_timeout_s=60)

    async with served(app, limits=ingest.limits) as port:
        connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in connections:
            writer.write(head)
        first = {asyncio.create_task(reader.readline()) for reader, _ in connections}
        answered, waiting = await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        for _, writer in connections:
            writer.close()
        await asyncio.gather(*waiting, return_exceptions=True)

    assert [task.result().split()[1] for task in answered] == [b"413"]
