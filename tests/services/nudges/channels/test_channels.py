"""The channels, each against what a receiver may do."""

import asyncio
import fcntl
import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from services.nudges.channels.channel import Delivered, GiveUp, Outcome, TryLater
from services.nudges.channels.file import FileChannel
from services.nudges.channels.webhook import SecretUnusable, WebhookChannel, outcome_of
from services.nudges.domain.history import history_of
from services.nudges.domain.rules.plan_done import plan_done
from services.nudges.speak import nudge_of
from shared.clock import SteppedClock, SystemClock
from shared.events import Nudge
from tests.services.nudges.reports import MONDAY, at, report

NOW = at(MONDAY, "12:00")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def _nudge() -> Nudge:
    done = report(score=100, state="open")
    called = plan_done(done, history_of([]), NOW)
    assert called is not None
    return nudge_of(called, done, last_said=None, decided_at=NOW, send_at=NOW)


async def test_a_nudge_is_one_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"

    assert await FileChannel(path).send(_nudge(), attempts=1) == Delivered()

    (line,) = path.read_text().splitlines()
    assert Nudge.model_validate_json(line) == _nudge()


async def test_a_second_attempt_does_not_repeat_a_line_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    await FileChannel(path).send(_nudge(), attempts=1)

    await FileChannel(path).send(_nudge(), attempts=2)

    assert len(path.read_text().splitlines()) == 1


async def test_a_line_goes_to_the_file_that_stands_there_when_its_turn_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = tmp_path / "nudges.ndjson", fcntl.flock
    path.touch()

    def replaced_while_waiting(file: BinaryIO, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        path.unlink()
        path.touch()
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", replaced_while_waiting)
    await FileChannel(path).send(_nudge(), attempts=1)

    assert len(path.read_text().splitlines()) == 1


async def test_a_line_torn_by_a_crash_is_written_again_whole(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    path.write_bytes(_nudge().model_dump_json().encode()[:50])

    await FileChannel(path).send(_nudge(), attempts=2)

    assert json.loads(path.read_text().splitlines()[1])["id"] == _nudge().id


async def test_a_file_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    outcome = await FileChannel(tmp_path).send(_nudge(), attempts=1)

    assert isinstance(outcome, TryLater)
    assert stat.S_ISDIR(tmp_path.stat().st_mode)


async def _posted(answer: httpx.Response) -> tuple[Outcome, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def receive(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(receive)) as client:
        channel = WebhookChannel(
            client, SteppedClock(NOW), url="https://hooks.example.com/x", secret=SECRET, timeout_s=1, attempts_max=5
        )
        return await channel.send(_nudge(), attempts=1), seen


async def test_a_webhook_is_signed_so_that_the_reference_library_takes_it() -> None:
    outcome, (request,) = await _posted(httpx.Response(204))

    assert outcome == Delivered()
    assert request.headers["webhook-id"] == _nudge().id
    library = Webhook(SECRET)
    signature = library.sign(_nudge().id, NOW, request.content.decode())
    assert request.headers["webhook-signature"] == signature


async def test_a_redirect_is_not_followed() -> None:
    outcome, seen = await _posted(httpx.Response(302, headers={"location": "http://169.254.169.254/"}))

    assert outcome == TryLater(error="answered 302")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("status", "retry_after", "expected"),
    [
        (200, None, Delivered()),
        (410, None, GiveUp(error="the receiver is gone (410)")),
        (500, None, TryLater(error="answered 500")),
        (429, "30", TryLater(error="answered 429", after_s=30)),
        (503, "Mon, 02 Mar 2026 11:00:30 GMT", TryLater(error="answered 503", after_s=30)),
        (429, "soon", TryLater(error="answered 429")),
        (429, "-5", TryLater(error="answered 429")),
        (404, None, TryLater(error="answered 404")),
    ],
)
def test_each_answer_means_one_thing(status: int, retry_after: str | None, expected: Outcome) -> None:
    assert outcome_of(status, retry_after, now=NOW) == expected


async def test_a_receiver_that_hangs_is_given_up_on_in_time() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
        channel = WebhookChannel(
            client, SteppedClock(NOW), url="https://hooks.example.com/x", secret=SECRET, timeout_s=0.05, attempts_max=5
        )
        outcome = await channel.send(_nudge(), attempts=1)

    assert outcome == TryLater(error="no answer within 0.05 s")


def test_a_secret_that_is_no_key_is_refused_at_the_start() -> None:
    with pytest.raises(SecretUnusable):
        WebhookChannel(
            httpx.AsyncClient(), SteppedClock(NOW + timedelta()), url="x", secret="whsec_!", timeout_s=1, attempts_max=1
        )


async def test_a_real_receiver_gets_a_request_that_the_reference_library_verifies() -> None:
    received: list[tuple[dict[str, str], bytes]] = []
    answers = [b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answers:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
            received.append((headers, await reader.readexactly(int(headers["content-length"]))))
            writer.write(answers.pop(0))
        writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with httpx.AsyncClient() as client:
        clock = SystemClock()  # the library compares with the machine's own time
        channel = WebhookChannel(client, clock, url=url, secret=SECRET, timeout_s=5, attempts_max=5)
        outcomes = [await channel.send(_nudge(), attempts=attempt) for attempt in (1, 2)]
    server.close()

    assert outcomes == [TryLater(error="answered 500"), Delivered()]
    assert len({headers["webhook-id"] for headers, _ in received}) == 1
    for headers, body in received:
        assert Webhook(SECRET).verify(body, headers)["rule"] == "plan_done"
