"""How much of a request is read: never more than a bounded buffer. Over real sockets."""

import asyncio
import socket

import pytest

from tests.shared.service.http.misbehaving import CHUNKED, GOOD, Served, answer_of, send_while_read, until


async def test_requests_are_not_read_faster_than_they_are_answered(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.setblocking(False)
        client.send(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        await served.asked.wait()

        await send_while_read(client, GOOD * 1_000)

        assert len(served.connections[0].pipeline) <= 16


async def test_a_request_that_is_read_late_does_not_let_in_more_while_another_waits(served: Served) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(GOOD.replace(b"/echo", b"/reads-late") + GOOD)
    await served.asked.wait()
    (connection,) = served.connections
    await until(lambda: bool(connection.pipeline))

    served.may_answer.set()
    await served.body_read.wait()

    assert connection.flow.read_paused
    writer.transport.abort()
    for task in served.server.server_state.tasks:
        task.cancel()


async def test_what_was_read_is_answered_before_a_client_that_sends_too_many_requests_at_once_is_cut(served: Served) -> None:
    answered = await answer_of(served.port, GOOD * 100)

    assert answered.count(b"HTTP/1.1 200 OK") == answered.count(b"HTTP/1.1 ") == 17
    assert answered.count(b"connection: close") == 1


async def test_a_request_that_is_refused_is_not_taken_for_the_answer_to_one_before_it(served: Served) -> None:
    answered = await answer_of(served.port, GOOD + CHUNKED + b"no chunk\r\n")

    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert answered.count(b"HTTP/1.1 ") == 1


async def test_trailers_are_read_and_passed_over(served: Served) -> None:
    last = GOOD.replace(b"Host: h", b"Host: h\r\nConnection: close")

    answered = await answer_of(served.port, CHUNKED + b"2\r\nok\r\n0\r\nX-Late: forged\r\n\r\n" + last)

    assert answered.count(b"HTTP/1.1 200 OK") == 2
    assert b"forged" not in answered


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (CHUNKED + b"2\r\nok\r\n0\r\n" + b"a:\r\n" * 200, b"400"),
        (b"POST /echo HTTP/1.1\r\nHost: h\r\n" + b"a:\r\n" * 200, b"431"),
        (b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10001\r\n\r\n" + b"x" * 10_001, b"413"),
        (CHUNKED + b"2711\r\n" + b"x" * 10_001 + b"\r\n0\r\n\r\n", b"413"),
    ],
    ids=["trailers", "fields", "declared body", "chunked body"],
)
async def test_too_much_of_anything_is_refused(served: Served, request_bytes: bytes, status: bytes) -> None:
    answered = await answer_of(served.port, request_bytes)

    assert answered.split(b" ")[1] == status


async def test_a_body_may_be_as_large_as_the_limit(served: Served) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 10000\r\n\r\n"

    answered = await answer_of(served.port, head + b"x" * 10_000)

    assert answered.startswith(b"HTTP/1.1 200 OK")


async def test_chunks_of_one_byte_are_no_attack(served: Served) -> None:
    answered = await answer_of(served.port, CHUNKED, *[b"1\r\nx\r\n" * 1_000] * 9, b"0\r\n\r\n")

    assert b"x" * 9_000 in answered


async def test_extensions_of_chunks_are_read_only_in_proportion_to_the_body(served: Served) -> None:
    answered = await answer_of(served.port, CHUNKED, *[b"1;" + b"a" * 5_000 + b"\r\nx\r\n"] * 100, b"0\r\n\r\n")

    assert b"HTTP/1.1 200" not in answered


async def test_the_rest_of_a_body_that_nobody_reads_delays_no_other_request(served: Served) -> None:
    head = b"POST /ignores HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n"
    last = GOOD.replace(b"Host: h", b"Host: h\r\nConnection: close")

    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(head)
    first = await reader.readuntil(b"ignored")
    writer.write(b"x" * 9_000 + last)
    second = await reader.read()
    writer.close()

    assert (first[:15], second[:15]) == (b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK")
