"""Bodies that take their time, over real sockets: they hold nobody up, and who is refused hears why."""

import asyncio

import httpx
import pytest

from tests.services.ingest.conftest import Ingest
from tests.services.ingest.senders import BY_NAME
from tests.serving import served


async def test_a_body_that_trickles_is_given_up_and_holds_nobody_up(ingest: Ingest) -> None:
    sender = BY_NAME["outreach"]
    posted = sender.post(sender.payload("call-1"))
    head = b"POST /webhooks/outreach HTTP/1.1\r\nHost: door\r\nContent-Length: 1000\r\n\r\n"

    async with served(ingest.app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        for _, writer in slow:
            writer.write(head + b"{")
        answer = await client.post("/webhooks/outreach", content=posted.body, headers=dict(posted.headers))
        given_up = [await reader.readline() for reader, _ in slow]
        for _, writer in slow:
            writer.close()

    assert answer.status_code == 200
    assert given_up == [b"HTTP/1.1 408 Request Timeout\r\n"] * 50


async def test_of_as_many_as_there_may_be_the_slowest_makes_room_for_who_comes(ingest: Ingest) -> None:
    sender = BY_NAME["outreach"]
    posted = sender.post(sender.payload("call-1"))
    head = b"POST /webhooks/outreach HTTP/1.1\r\nHost: door\r\nContent-Length: 1000\r\n\r\n{"
    app = ingest.app_within(requests_in_flight_max=20, body_timeout_s=60)

    async with served(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        for _, writer in slow:
            writer.write(head)
        while "requests_in_flight 20.0" not in (await client.get("/metrics")).text:
            pass
        answers = [await client.post("/webhooks/outreach", content=posted.body, headers=dict(posted.headers)) for _ in range(3)]
        given_up = await slow[0][0].readline()
        for _, writer in slow:
            writer.close()

    assert [answer.status_code for answer in answers] == [200] * 3
    assert given_up == b"HTTP/1.1 408 Request Timeout\r\n"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [("acme", {}, 413), ("nobody", {}, 404), ("acme", {"Content-Encoding": "gzip"}, 415)],
)
async def test_who_is_refused_while_still_sending_hears_why(
    ingest: Ingest, address: str, headers: dict[str, str], status: int
) -> None:
    async with served(ingest.app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answers = [await client.post(f"/webhooks/{address}", content=b"[0]" * 3_500_000, headers=headers) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [status] * 5
