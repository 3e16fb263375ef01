"""The signed webhook against what a receiver may do, on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from services.nudges.app import way_out
from services.nudges.deliver.channels.channel import Delivered, Gone, Outcome, TryLater
from services.nudges.deliver.channels.way_out import Network
from services.nudges.deliver.channels.webhook import SecretUnusable, WebhookChannel, outcome_of
from shared.clock import Clock, SteppedClock, SystemClock
from tests.receiver import (
    ENDLESS_BODY,
    HALF_A_BODY,
    HALF_A_HEAD,
    HANG,
    OTHER_SECRET,
    SECRET,
    Receiver,
    answer,
    receiving,
)
from tests.services.nudges.reports import MONDAY, at, nudge

NOW = at(MONDAY, "12:00")
THIS_MACHINE: Sequence[Network] = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


def channel_to(
    url: str,
    client: httpx.AsyncClient,
    *,
    secrets: Sequence[str] = (SECRET,),
    timeout_s: float = 10,
    allowed: Sequence[Network] = THIS_MACHINE,
    clock: Clock | None = None,
) -> WebhookChannel:
    return WebhookChannel(
        client,
        clock or SystemClock(),
        url=url,
        read_secrets=lambda: secrets,
        timeout_s=timeout_s,
        patience=timedelta(hours=24),
        at_once_max=8,
        allowed=allowed,
    )


async def _sent(url: str, **changes: Any) -> Outcome:
    async with way_out() as client:
        return await channel_to(url, client, **changes).send(nudge(), attempts=1)


async def test_every_attempt_bears_the_same_id_and_a_signature_that_the_reference_library_takes(receiver: Receiver) -> None:
    receiver.script(answer(500))
    async with way_out() as client:
        channel = channel_to(receiver.url, client)

        outcomes = [await channel.send(nudge(), attempts=attempt) for attempt in (1, 2)]

    assert outcomes == [TryLater(error="answered 500"), Delivered()]
    assert [request.id for request in receiver.received] == [nudge().id] * 2
    assert [request.opened()["rule"] for request in receiver.received] == ["plan_done"] * 2


async def test_while_a_secret_is_replaced_both_sign(receiver: Receiver) -> None:
    await _sent(receiver.url, secrets=(SECRET, OTHER_SECRET))

    (request,) = receiver.received
    assert request.opened(SECRET) == request.opened(OTHER_SECRET)


async def test_a_secret_that_was_replaced_signs_the_next_message(receiver: Receiver) -> None:
    secrets = [SECRET]
    async with way_out() as client:
        channel = channel_to(receiver.url, client, secrets=secrets)
        await channel.send(nudge(), attempts=1)
        secrets[:] = [OTHER_SECRET]
        await channel.send(nudge(), attempts=2)

    first, second = receiver.received
    assert first.opened(SECRET) == second.opened(OTHER_SECRET)


async def test_the_receiver_sees_the_name_that_was_configured(receiver: Receiver) -> None:
    await _sent(f"http://localhost:{receiver.port}/hook", allowed=(*THIS_MACHINE, ip_network("::1")))

    assert receiver.received[0].headers["host"] == f"localhost:{receiver.port}"


async def test_a_redirect_is_not_followed_and_said_to_be_the_reason(receiver: Receiver) -> None:
    receiver.script(answer(307, location="http://169.254.169.254/latest/meta-data"))

    outcome = await _sent(receiver.url)

    assert outcome == TryLater(error="answered 307; redirects are not followed: set channels.webhook.url to where it leads")
    assert len(receiver.received) == 1


async def test_a_redirect_to_an_address_that_would_be_allowed_is_not_followed_either(receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        receiver.script(answer(302, location=elsewhere.url))

        await _sent(receiver.url)

        assert (len(receiver.received), len(elsewhere.received)) == (1, 0)


async def test_a_receiver_that_hangs_is_given_up_on_in_time(receiver: Receiver) -> None:
    receiver.script(HANG)

    assert await _sent(receiver.url, timeout_s=0.2) == TryLater(error="no answer within 0.2 s")


@pytest.mark.parametrize("said", [HALF_A_BODY, ENDLESS_BODY], ids=["half a body", "an endless body"])
async def test_a_yes_is_a_yes_whatever_becomes_of_the_body(receiver: Receiver, said: bytes) -> None:
    receiver.script(said)

    assert await _sent(receiver.url) == Delivered()


async def test_half_a_head_is_no_answer(receiver: Receiver) -> None:
    receiver.script(HALF_A_HEAD)

    assert await _sent(receiver.url) == TryLater(error="no answer (RemoteProtocolError)")


async def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))

        outcome = await _sent(f"http://127.0.0.1:{nobody.getsockname()[1]}")

    assert outcome == TryLater(error="no answer (ConnectError)")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://2130706433:{port}/"],
)
async def test_an_address_that_is_not_public_is_refused_before_anything_is_sent(receiver: Receiver, url: str) -> None:
    outcome = await _sent(url.format(port=receiver.port), allowed=())

    assert isinstance(outcome, TryLater)
    assert "not public; if that is meant, list it in channels.webhook.allow_networks" in outcome.error
    assert receiver.received == []


async def test_a_name_that_answers_otherwise_a_moment_later_gets_round_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [("192.0.2.1", "8.8.8.8"), ("127.0.0.1",)]  # a public address first, this machine when it is asked again
    asked: list[str] = []

    async def resolver(_: object, host: str, port: int, **__: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in said.pop(0)]

    reached: list[str] = []

    async def connect(request: httpx.Request) -> httpx.Response:
        reached.append(request.url.host)
        return httpx.Response(204, stream=httpx.ByteStream(b""))

    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", resolver)
    async with httpx.AsyncClient(transport=httpx.MockTransport(connect)) as client:
        channel = channel_to(f"http://rebinds.example:{receiver.port}/", client, allowed=())
        first = await channel.send(nudge(), attempts=1)
        second = await channel.send(nudge(), attempts=2)

    assert (first, reached) == (Delivered(), ["8.8.8.8"])
    assert isinstance(second, TryLater)
    assert asked == ["rebinds.example"] * 2


async def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

        outcome = await _sent(receiver.url)

    assert outcome == Delivered()
    assert (len(receiver.received), len(proxy.received)) == (1, 0)


async def test_no_more_than_a_few_kib_of_an_answer_are_read() -> None:
    taken: list[int] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while len(taken) < 1_000:
                taken.append(1_024)
                yield b"x" * 1_024

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    async with httpx.AsyncClient(transport=transport) as client:
        outcome = await channel_to("http://127.0.0.1:9/", client).send(nudge(), attempts=1)

    assert outcome == Delivered()
    assert sum(taken) <= 8 * 1_024


@pytest.mark.parametrize(
    ("status", "retry_after", "expected"),
    [
        (200, None, Delivered()),
        (202, "30", Delivered()),
        (410, None, Gone(error="the receiver is gone (410)")),
        (500, None, TryLater(error="answered 500")),
        (500, "30", TryLater(error="answered 500")),
        (429, "30", TryLater(error="answered 429", after_s=30)),
        (429, "Mon, 02 Mar 2026 11:00:30 GMT", TryLater(error="answered 429", after_s=30)),
        (503, "120", TryLater(error="answered 503", after_s=120)),
        (503, "Mon, 02 Mar 2026 11:00:30 GMT", TryLater(error="answered 503", after_s=30)),
        (503, "Mon, 02 Mar 2026 10:59:00 GMT", TryLater(error="answered 503", after_s=-60)),
        (429, "soon", TryLater(error="answered 429")),
        (429, "-5", TryLater(error="answered 429")),
        (404, None, TryLater(error="answered 404")),
    ],
)
def test_each_answer_means_one_thing(status: int, retry_after: str | None, expected: Outcome) -> None:
    assert outcome_of(status, retry_after, now=NOW) == expected


@pytest.mark.parametrize("secrets", [(), ("whsec_!",), ("whsec_c2hvcnQ=",), (SECRET, "")])
def test_secrets_that_are_no_keys_are_refused_at_the_start(secrets: Sequence[str]) -> None:
    with pytest.raises(SecretUnusable):
        channel_to("http://x.example/", httpx.AsyncClient(), secrets=secrets, clock=SteppedClock(NOW))
