"""The signed webhook, against everything that a receiver may do, on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from ipaddress import ip_network

import httpx
import pytest

from services.nudges.deliver.channel import Delivered, Gone, Outcome, TryLater
from services.nudges.deliver.channels.webhook import SecretUnusable, WebhookChannel, interpret_answer
from services.nudges.deliver.posting.public_client import http_client
from services.nudges.deliver.public_addresses import Network
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
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge

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
        give_up_after=timedelta(hours=24),
        at_once_max=8,
        allowed=allowed,
    )


async def _send(
    url: str,
    *,
    secrets: Sequence[str] = (SECRET,),
    timeout_s: float = 10,
    allowed: Sequence[Network] = THIS_MACHINE,
) -> Outcome:
    async with http_client() as client:
        channel = channel_to(url, client, secrets=secrets, timeout_s=timeout_s, allowed=allowed)
        return await channel.send(make_nudge(), attempts=1)


async def test_every_attempt_has_the_same_id_and_a_signature_that_the_reference_library_accepts(receiver: Receiver) -> None:
    receiver.script(answer(500))
    async with http_client() as client:
        channel = channel_to(receiver.url, client)

        outcomes = [await channel.send(make_nudge(), attempts=attempt) for attempt in (1, 2)]

    assert outcomes == [TryLater(error="answered 500"), Delivered()]
    assert [request.id for request in receiver.received] == [make_nudge().id] * 2
    assert [request.verified_body()["rule"] for request in receiver.received] == ["plan_done"] * 2


async def test_while_a_secret_is_being_replaced_both_sign(receiver: Receiver) -> None:
    await _send(receiver.url, secrets=(SECRET, OTHER_SECRET))

    (request,) = receiver.received
    assert request.verified_body(SECRET) == request.verified_body(OTHER_SECRET)


async def test_a_secret_that_was_replaced_signs_the_next_message(receiver: Receiver) -> None:
    secrets = [SECRET]
    async with http_client() as client:
        channel = channel_to(receiver.url, client, secrets=secrets)
        await channel.send(make_nudge(), attempts=1)
        secrets[:] = [OTHER_SECRET]
        await channel.send(make_nudge(), attempts=2)

    first, second = receiver.received
    assert first.verified_body(SECRET) == second.verified_body(OTHER_SECRET)


async def test_the_receiver_sees_the_name_that_was_configured(receiver: Receiver) -> None:
    await _send(f"http://localhost:{receiver.port}/hook", allowed=(*THIS_MACHINE, ip_network("::1")))

    assert receiver.received[0].headers["host"] == f"localhost:{receiver.port}"


async def test_a_redirect_is_not_followed_and_named_as_the_reason(receiver: Receiver) -> None:
    receiver.script(answer(307, location="http://169.254.169.254/latest/meta-data"))

    outcome = await _send(receiver.url)

    assert outcome == TryLater(error="answered 307; redirects are not followed: set channels.webhook.url to where it leads")
    assert len(receiver.received) == 1


async def test_a_redirect_to_an_allowed_address_is_not_followed_either(receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        receiver.script(answer(302, location=elsewhere.url))

        await _send(receiver.url)

        assert (len(receiver.received), len(elsewhere.received)) == (1, 0)


async def test_an_attempt_at_a_receiver_that_hangs_ends_in_time(receiver: Receiver) -> None:
    receiver.script(HANG)

    assert await _send(receiver.url, timeout_s=0.2) == TryLater(error="no answer within 0.2 s")


@pytest.mark.parametrize("response", [HALF_A_BODY, ENDLESS_BODY], ids=["half a body", "an endless body"])
async def test_a_yes_counts_whatever_happens_to_the_body(receiver: Receiver, response: bytes) -> None:
    receiver.script(response)

    assert await _send(receiver.url) == Delivered()


async def test_half_of_the_headers_is_no_answer(receiver: Receiver) -> None:
    receiver.script(HALF_A_HEAD)

    assert await _send(receiver.url) == TryLater(error="no answer (RemoteProtocolError)")


async def test_a_port_on_which_nobody_listens_gives_no_answer() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))

        outcome = await _send(f"http://127.0.0.1:{bound.getsockname()[1]}")

    assert outcome == TryLater(error="no answer (ConnectError)")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://2130706433:{port}/"],
)
async def test_an_address_that_is_not_public_is_refused_before_anything_is_sent(receiver: Receiver, url: str) -> None:
    outcome = await _send(url.format(port=receiver.port), allowed=())

    assert isinstance(outcome, TryLater)
    assert "not public; if that is intended, list it in channels.webhook.allow_networks" in outcome.error
    assert receiver.received == []


async def test_a_name_that_resolves_to_another_address_a_moment_later_gains_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [("192.0.2.1", "8.8.8.8"), ("127.0.0.1",)]  # a public address first, this machine the second time
    resolved: list[str] = []

    async def resolver(_: object, host: str, port: int, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        resolved.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers.pop(0)]

    reached: list[str] = []

    async def connect(request: httpx.Request) -> httpx.Response:
        reached.append(request.url.host)
        return httpx.Response(204, stream=httpx.ByteStream(b""))

    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", resolver)
    async with httpx.AsyncClient(transport=httpx.MockTransport(connect)) as client:
        channel = channel_to(f"http://rebinds.example:{receiver.port}/", client, allowed=())
        first = await channel.send(make_nudge(), attempts=1)
        second = await channel.send(make_nudge(), attempts=2)

    assert (first, reached) == (Delivered(), ["8.8.8.8"])
    assert isinstance(second, TryLater)
    assert resolved == ["rebinds.example"] * 2


async def test_proxies_of_the_environment_are_ignored(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

        outcome = await _send(receiver.url)

    assert outcome == Delivered()
    assert (len(receiver.received), len(proxy.received)) == (1, 0)


async def test_only_a_few_kib_of_an_answer_are_read() -> None:
    chunks: list[int] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while len(chunks) < 1_000:
                chunks.append(1_024)
                yield b"x" * 1_024

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    async with httpx.AsyncClient(transport=transport) as client:
        outcome = await channel_to("http://127.0.0.1:9/", client).send(make_nudge(), attempts=1)

    assert outcome == Delivered()
    assert sum(chunks) <= 8 * 1_024


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
def test_each_answer_has_one_meaning(status: int, retry_after: str | None, expected: Outcome) -> None:
    assert interpret_answer(status, retry_after, now=NOON) == expected


@pytest.mark.parametrize("secrets", [(), ("whsec_!",), ("whsec_c2hvcnQ=",), (SECRET, "")])
def test_secrets_that_are_not_keys_are_refused_at_the_start(secrets: Sequence[str]) -> None:
    with pytest.raises(SecretUnusable):
        channel_to("http://x.example/", httpx.AsyncClient(), secrets=secrets, clock=SteppedClock(NOON))
