"""How each message of a stream is settled: handled, unreadable, while a server is down, and after a mistake in the code."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
import pytest
from asyncpg.exceptions._base import DataError as InvalidQueryInput
from faststream import AckPolicy, ContextRepo
from faststream.nats import JStream, PullSub
from pydantic import TypeAdapter, ValidationError
from structlog.testing import capture_logs

from shared.event_types import ANNOUNCEMENT_DELIVERED
from shared.events import AnnouncementDelivered
from shared.jetstream.batches import BUG_RETRY_S
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import DETAIL_HEADER
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import NotStored, Publisher
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES, backlog
from shared.service.broker import ServiceBroker
from shared.service.consuming import RETRY_S, DeadLetters, consuming_router
from shared.service.settings import NatsSection

GOOD = b'{"rep_id": "ana", "version": 3, "told_at": "2026-03-02T09:00:00Z"}'
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def make_progress() -> Progress:
    return Progress("handling messages", server="Postgres")


class _Consumer:
    """A subscriber that raises the given failures first, and records what it handles."""

    def __init__(self, *failures: Exception) -> None:
        self.handled: list[AnnouncementDelivered] = []
        self.reasons: list[str] = []
        self.attempts = asyncio.Semaphore(0)
        self._failures = list(failures)
        self.progress = make_progress()

    async def handle(self, delivered: AnnouncementDelivered) -> None:
        self.attempts.release()
        if self._failures:
            raise self._failures.pop(0)
        self.handled.append(delivered)

    @asynccontextmanager
    async def running(self, nats: LeanClient, nats_url: str) -> AsyncIterator[None]:
        broker = ServiceBroker(LeanClient(), NatsSection(url=nats_url, monitor_url="", user="", password=""), name="test")
        async with Publisher(nats) as publisher:
            router = consuming_router(
                DeadLetters(publisher=publisher, service="test", reason="unreadable", on_dead_letter=self.reasons.append),
                self.progress,
            )
            router.subscriber(
                ANNOUNCEMENT_DELIVERED.name,
                stream=JStream(NUDGES, declare=False),
                durable=ANNOUNCEMENTS_CONSUMER,
                pull_sub=PullSub(batch_size=4, timeout=1.0),
                ack_policy=AckPolicy.MANUAL,
            )(self.handle)
            broker.include_router(router)
            await broker.start()
            yield
            await broker.stop()


async def _until_settled(nats: LeanClient) -> None:
    while await backlog(nats, NUDGES, ANNOUNCEMENTS_CONSUMER):
        await asyncio.sleep(0)


async def _redelivered(nats: LeanClient) -> int:
    return (await nats.jetstream().consumer_info(NUDGES, ANNOUNCEMENTS_CONSUMER)).num_redelivered or 0


async def test_a_message_is_acknowledged_after_it_is_handled(nats: LeanClient, nats_url: str) -> None:
    consumer = _Consumer()
    await nats.jetstream().publish(ANNOUNCEMENT_DELIVERED.name, GOOD)

    async with consumer.running(nats, nats_url):
        await _until_settled(nats)

    assert [(event.rep_id, event.delivered_at) for event in consumer.handled] == [("ana", NINE)]
    assert (await _redelivered(nats), consumer.reasons) == (0, [])


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "delivered"),
        (b"\xff", "delivered"),
        (b"", "delivered"),
        (b"[]", "delivered"),
        (b"7", "delivered"),
        (b'"text"', "delivered"),
        (b"{}", "delivered.rep_id: Field required"),
        (GOOD.replace(b"3", b'"secret"', 1), "delivered.version: Input should be a valid integer"),
    ],
)
async def test_an_unreadable_message_becomes_a_dead_letter_and_does_not_hold_up_a_good_one(
    nats: LeanClient, nats_url: str, body: bytes, detail: str
) -> None:
    consumer, jetstream = _Consumer(), nats.jetstream()
    await jetstream.publish(ANNOUNCEMENT_DELIVERED.name, body)
    await jetstream.publish(ANNOUNCEMENT_DELIVERED.name, GOOD)

    async with consumer.running(nats, nats_url):
        await _until_settled(nats)

    letter = await jetstream.get_last_msg("DEAD", "dead.test.unreadable")
    assert (letter.data or b"", consumer.reasons, len(consumer.handled)) == (body, ["unreadable"], 1)
    problem = (letter.headers or {})[DETAIL_HEADER]
    assert problem.startswith(detail)
    assert "secret" not in problem


@pytest.mark.timeout(60)
async def test_while_a_server_is_down_a_message_is_delivered_again(nats: LeanClient, nats_url: str) -> None:
    consumer = _Consumer(ConnectionRefusedError("postgres"))
    await nats.jetstream().publish(ANNOUNCEMENT_DELIVERED.name, GOOD)

    async with consumer.running(nats, nats_url):
        await _until_settled(nats)

    assert (len(consumer.handled), consumer.reasons) == (1, [])


@pytest.mark.timeout(60)
@pytest.mark.parametrize("error", [asyncpg.DataError("a NUL"), InvalidQueryInput("value out of range")])
async def test_a_value_that_postgres_cannot_hold_becomes_a_dead_letter(
    nats: LeanClient, nats_url: str, error: Exception
) -> None:
    consumer = _Consumer(error)
    await nats.jetstream().publish(ANNOUNCEMENT_DELIVERED.name, GOOD)

    async with consumer.running(nats, nats_url):
        await _until_settled(nats)

    assert (len(consumer.handled), consumer.reasons) == (0, ["unreadable"])


class _Message:
    """A message as FastStream hands it over; it records how it is settled."""

    raw_message = cast(Any, type("Raw", (), {"subject": "a.subject"}))

    def __init__(self) -> None:
        self.settled: list[float | str] = []

    async def ack(self) -> None:
        self.settled.append("ack")

    async def nack(self, delay: float) -> None:
        self.settled.append(delay)


async def _settled(handle: Callable[[Any], Any], publisher: Any = None) -> list[float | str]:
    """How the router's middleware settles a message."""
    dead_letters = DeadLetters(publisher=publisher, service="test", reason="r", on_dead_letter=lambda _: None)
    (middleware,) = consuming_router(dead_letters, make_progress()).config.broker_middlewares
    message = _Message()
    await middleware(None, context=ContextRepo()).consume_scope(handle, cast(Any, message))
    return message.settled


def _raising(error: Exception) -> Callable[[Any], Any]:
    async def handle(_: Any) -> None:
        raise error

    return handle


async def _succeed(_: Any) -> None:
    return None


async def test_a_server_that_is_down_delays_a_message_briefly_and_a_mistake_in_the_code_longer() -> None:
    assert await _settled(_succeed) == ["ack"]
    assert await _settled(_raising(TimeoutError())) == [RETRY_S]
    assert await _settled(_raising(NotStored())) == [RETRY_S]
    assert await _settled(_raising(KeyError("a bug"))) == [BUG_RETRY_S]


async def test_while_a_server_is_down_the_subscriber_takes_no_more_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in hand is given back at once, but its handler ends later, and FastStream waits for it."""
    waits: list[float] = []

    async def wait(span_s: float) -> None:
        waits.append(span_s)

    monkeypatch.setattr("shared.service.consuming.asyncio.sleep", wait)
    await _settled(_raising(TimeoutError()))
    await _settled(_raising(KeyError("a bug")))

    assert waits == [RETRY_S]


async def test_a_value_that_a_handler_refuses_is_a_mistake_in_the_handler(nats: LeanClient, nats_url: str) -> None:
    """Both are validation errors of pydantic. Only the message's own makes it a dead letter."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(int).validate_python("many")
    consumer = _Consumer(refused.value)
    await nats.jetstream().publish(ANNOUNCEMENT_DELIVERED.name, GOOD)

    with capture_logs() as logs:
        async with consumer.running(nats, nats_url), asyncio.timeout(20):
            while not any(log["event"] == "message_failed" for log in logs):
                await asyncio.sleep(0.01)

    assert consumer.reasons == []
    assert await backlog(nats, NUDGES, ANNOUNCEMENTS_CONSUMER) == 1


async def test_a_lost_acknowledgement_is_no_error() -> None:
    message = _Message()

    async def fail() -> None:
        raise TimeoutError

    message.ack = fail  # type: ignore[method-assign]
    dead_letters = DeadLetters(publisher=cast(Any, None), service="test", reason="r", on_dead_letter=lambda _: None)
    (middleware,) = consuming_router(dead_letters, make_progress()).config.broker_middlewares

    await middleware(None, context=ContextRepo()).consume_scope(_succeed, cast(Any, message))

    assert message.settled == []
