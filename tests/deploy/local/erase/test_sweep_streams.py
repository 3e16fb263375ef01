"""Sweeping streams for a person: what is erased, what stays, and that no consumer notices."""

import asyncio
import json

from deploy.local.erase.sweep_streams import sweep_streams
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.stored_messages import erase_messages, find_last_number, read_messages
from shared.jetstream.streams import ACTIVITIES, CONSUMERS, DEAD, NUDGES, SCORES, WEBHOOKS
from shared.observation import SourceName
from shared.requests.erasure import CrmUser, ErasureTarget

ANA = ErasureTarget(
    subject="person",
    person="ana",
    source=None,
    is_erased=False,
    activities=0,
    users=(CrmUser(source=SourceName("acme"), account=None, user="7"),),
)


def make_observation(activity_id: str, **facts: str) -> dict[str, object]:
    return {"source": "acme", "account": "", "activity_id": activity_id, "facts": facts}


async def _store(nats: LeanClient, subject: str, *documents: object) -> None:
    async with Publisher(nats) as publisher:
        for document in documents:
            await publisher.store(Outgoing(subject=subject, headers={}, data=json.dumps(document).encode()))


async def _consume(nats: LeanClient, stream: str, count: int) -> list[bytes]:
    """What a service does: receive messages and acknowledge them. Returns their data."""
    (name,) = (consumer.name for consumer in CONSUMERS if consumer.stream == stream)
    loop, received = PullLoop(nats, stream=stream, consumer=name, batch_max=10), []
    async for batch in loop:
        received += [message.data for message in batch]
        await loop.ack(batch)
        if len(received) >= count:
            loop.stop()
    return received


async def _list_remaining(nats: LeanClient, stream: str) -> list[object]:
    last = await find_last_number(nats, stream)
    return [json.loads(message.data) async for batch in read_messages(nats, stream, last=last) for message in batch]


async def _sweep(nats: LeanClient) -> dict[str, tuple[int, int]]:
    """How many messages of each stream were erased, and how many were read."""
    swept = await sweep_streams(nats, ANA, contact_secret=b"", on_progress=lambda *_: None)
    return {stream.stream: (stream.erased, stream.read) for stream in swept}


async def test_messages_that_name_the_person_and_observations_of_their_activities_are_erased(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", {"user": "7"}, {"user": "8"})
    await _store(
        nats,
        "activity.observed.v1.acme",
        make_observation("a1", outcome="connected"),
        make_observation("a1", actor="7"),
        make_observation("a2", actor="8"),
    )
    await _consume(nats, WEBHOOKS, 2)
    await _consume(nats, ACTIVITIES, 3)

    assert await _sweep(nats) == {WEBHOOKS: (1, 2), ACTIVITIES: (2, 3), SCORES: (0, 0), NUDGES: (0, 0), DEAD: (0, 0)}

    assert await _list_remaining(nats, WEBHOOKS) == [{"user": "8"}]
    assert await _list_remaining(nats, ACTIVITIES) == [make_observation("a2", actor="8")]
    assert await _sweep(nats) == {WEBHOOKS: (0, 1), ACTIVITIES: (0, 1), SCORES: (0, 0), NUDGES: (0, 0), DEAD: (0, 0)}


async def test_a_sweep_waits_until_the_consumer_has_received_everything(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", {"user": "7"}, {"user": "8"})
    is_waiting = asyncio.Event()

    def on_progress(step: str, done: int, total: int) -> None:
        if (step, done, total) == (f"waiting for {WEBHOOKS}", 0, 2):
            is_waiting.set()

    sweeping = asyncio.create_task(sweep_streams(nats, ANA, contact_secret=b"", on_progress=on_progress))
    await is_waiting.wait()
    assert len(await _list_remaining(nats, WEBHOOKS)) == 2
    received = await _consume(nats, WEBHOOKS, 2)
    await sweeping

    assert [json.loads(data) for data in received] == [{"user": "7"}, {"user": "8"}]
    assert await _list_remaining(nats, WEBHOOKS) == [{"user": "8"}]


async def test_a_consumer_continues_after_erased_messages(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", {"user": "8"}, {"user": "7"})
    await _consume(nats, WEBHOOKS, 2)
    await _sweep(nats)

    await _store(nats, "webhook.received.v1.acme", {"user": "9"})

    assert await _consume(nats, WEBHOOKS, 1) == [b'{"user": "9"}']
    assert (await _sweep(nats))[WEBHOOKS] == (0, 2)


async def test_reading_continues_over_batches_and_gaps_up_to_the_last_number(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", *range(1_203))
    async for _ in erase_messages(nats, WEBHOOKS, range(400, 701)):
        pass
    async for _ in erase_messages(nats, WEBHOOKS, [400]):  # already erased
        pass

    numbers = [message.number async for batch in read_messages(nats, WEBHOOKS, last=1_201) for message in batch]

    assert numbers == [*range(1, 400), *range(701, 1_202)]
