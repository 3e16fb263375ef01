"""Dead letters, looked at and replayed."""

import pytest
from nats.aio.client import Client

from deploy.local.dead_letters import NoSuchLetter, find_letter, list_letters, replay
from shared.dead_letters import dead_letter
from shared.jetstream import Outgoing, Publisher
from shared.pull import PullLoop
from shared.streams import TRANSLATE_CONSUMER, WEBHOOKS


async def _set_aside(nats: Client, *bodies: bytes) -> None:
    """Webhooks that a translator could not understand."""
    async with Publisher(nats) as webhooks, Publisher(nats) as letters:
        for body in bodies:
            headers = {"ce-id": "1", "Http-content-type": "application/json"}
            await webhooks.store(Outgoing(subject="webhook.received.v1.acme", headers=headers, data=body))
        loop = PullLoop(nats, stream=WEBHOOKS, consumer=TRANSLATE_CONSUMER, batch_max=10)
        left = len(bodies)
        async for batch in loop:
            for message in batch:
                await letters.store(dead_letter(message, service="ingest", reason="unreadable_body", detail="no JSON\r\nx"))
            await loop.ack(batch)
            left -= len(batch)
            if not left:
                loop.stop()


async def test_letters_are_listed_with_why_and_from_where(nats: Client) -> None:
    await _set_aside(nats, b"one", b"two")

    letters = [letter async for letter in list_letters(nats)]

    assert [(letter.service, letter.reason, letter.origin, letter.body) for letter in letters] == [
        ("ingest", "unreadable_body", "webhook.received.v1.acme", b"one"),
        ("ingest", "unreadable_body", "webhook.received.v1.acme", b"two"),
    ]
    assert letters[0].detail == "no JSON  x"


async def test_a_replayed_letter_stands_again_where_it_came_from_and_is_gone_from_the_dead(nats: Client) -> None:
    await _set_aside(nats, b"one", b"two")
    first, second = [letter async for letter in list_letters(nats)]

    await replay(nats, first)

    message = await nats.jetstream().get_msg(WEBHOOKS, 3)
    assert (message.subject, message.data) == ("webhook.received.v1.acme", b"one")
    assert (message.headers or {})["Http-content-type"] == "application/json"
    assert not any(name.startswith("Daymark-") for name in message.headers or {})
    assert [letter.id async for letter in list_letters(nats)] == [second.id]


async def test_a_letter_that_is_not_there_is_said_so(nats: Client) -> None:
    with pytest.raises(NoSuchLetter):
        await find_letter(nats, 99)
