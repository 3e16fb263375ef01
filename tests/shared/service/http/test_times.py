"""How long a connection lives, and which one makes room for another. Over real sockets."""

import asyncio
import socket

import pytest

from shared.service.http.limits import HttpLimits
from tests.shared.service.http.misbehaving import CHUNKED, GOOD, LARGE, Served, answer_of, serving, until


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nok",
        CHUNKED,
        CHUNKED + b"2\r\nok\r\n1;a=",
        CHUNKED + b"2\r\nok\r\n0\r\nX-Trailer: ",
    ],
    ids=["body", "chunk", "extension", "trailer"],
)
async def test_a_body_that_does_not_end_is_answered_408(served: Served, beginning: bytes) -> None:
    answered = await answer_of(served.port, beginning, b"1", b"1")

    assert answered.startswith(b"HTTP/1.1 408 Request Timeout")


async def test_a_response_takes_its_time_even_if_the_next_head_does_not_end(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /sl")
    await served.asked.wait()
    (connection,) = served.connections
    connection.end_if_late(connection.loop.time() + 1)

    served.may_answer.set()
    answered = await reader.read()
    writer.close()

    assert answered.startswith(b"HTTP/1.1 200 OK")


async def test_the_time_for_the_next_request_begins_when_the_response_is_sent(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
    await served.asked.wait()
    (connection,) = served.connections
    connection._client_by_s = 0.0

    served.may_answer.set()
    await reader.readuntil(b"slow")
    connection.end_if_late(connection.loop.time())

    assert not connection.transport.is_closing()
    writer.close()


async def test_a_client_that_does_not_read_its_response_is_cut_off() -> None:
    async with serving(HttpLimits(request_timeout_s=0.3)) as served:
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            client.sendall(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
            await until(lambda: bool(served.connections))
            await until(lambda: not served.connections)


async def test_a_client_that_reads_slowly_gets_all_of_its_response() -> None:
    """Longer than a connection may be idle, but within the time of a request."""
    async with serving(HttpLimits(head_timeout_s=0.2)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1_000)
        writer.write(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
        await until(lambda: bool(served.connections))
        (connection,) = served.connections
        await until(lambda: connection.transport.get_write_buffer_size() > 0)
        connection.end_if_late(connection.loop.time() + 1)

        assert len(await reader.readexactly(LARGE)) == LARGE
        writer.close()


async def test_a_connection_that_is_lost_keeps_nothing_of_its_body(served: Served) -> None:
    """Otherwise clients that come and go would fill the memory until the garbage collector runs, which it does rarely."""
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n" + b"x" * 5_000)
    await served.asked.wait()
    (connection,) = served.connections
    await until(lambda: len(connection.cycle.body) == 5_000)

    writer.transport.abort()
    await until(lambda: not served.connections)

    assert not connection.cycle.body


async def test_idle_connections_of_an_address_give_way_to_new_ones_and_requests_in_hand_do_not() -> None:
    async with serving(HttpLimits(connections_per_address_max=10)) as served:
        in_hand, asking = await asyncio.open_connection("127.0.0.1", served.port)
        asking.write(b"GET /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        await served.asked.wait()
        idle = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(30)]

        answered = await answer_of(served.port, GOOD.replace(b"Host: h", b"Host: h\r\nConnection: close"))
        served.may_answer.set()

        assert answered.startswith(b"HTTP/1.1 200 OK")
        assert (await in_hand.read()).startswith(b"HTTP/1.1 200 OK")
        assert len(served.connections) < 10
        for _, writer in [(in_hand, asking), *idle]:
            writer.close()


async def test_a_connection_beyond_the_limit_is_closed_while_the_server_is_at_work_for_all_others() -> None:
    async with serving(HttpLimits(connections_per_address_max=1)) as served:
        _, asking = await asyncio.open_connection("127.0.0.1", served.port)
        asking.write(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        await served.asked.wait()

        assert await answer_of(served.port, GOOD) == b""
        asking.close()


async def test_a_connection_that_has_ended_leaves_its_place_to_another() -> None:
    async with serving(HttpLimits(connections_per_address_max=1)) as served:
        for _ in range(3):
            answered = await answer_of(served.port, GOOD.replace(b"Host: h", b"Host: h\r\nConnection: close"))
            await until(lambda: not served.connections)

            assert answered.startswith(b"HTTP/1.1 200 OK")
