"""Streams that are swept of somebody: what goes, what stays, and that no consumer notices."""

import asyncio
import json

from deploy.local.stored import erase_stored, last_number, read_stored
from deploy.local.sweep import Swept, sweep
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ACTIVITIES, CONSUMERS, DEAD, NUDGES, SCORES, WEBHOOKS

ANA = ErasureTarget(
    who="person",
    person="ana",
    source=None,
    is_forgotten=False,
    activities=0,
    users=(CrmUser(source="acme", account=None, user="7"),),
)


def observation(activity_id: str, **facts: str) -> dict[str, object]:
    return {"source": "acme", "account": "", "activity_id": activity_id, "facts": facts}


async def _store(nats: LeanClient, subject: str, *documents: object) -> None:
    async with Publisher(nats) as publisher:
        for document in documents:
            await publisher.store(Outgoing(subject=subject, headers={}, data=json.dumps(document).encode()))


async def _handle(nats: LeanClient, stream: str, count: int) -> list[bytes]:
    """What a service does: take so many messages and acknowledge them."""
    (name,) = (consumer.name for consumer in CONSUMERS if consumer.stream == stream)
    loop, taken = PullLoop(nats, stream=stream, consumer=name, batch_max=10), []
    async for batch in loop:
        taken += [message.data for message in batch]
        await loop.ack(batch)
        if len(taken) >= count:
            loop.stop()
    return taken


async def _left(nats: LeanClient, stream: str) -> list[object]:
    last = await last_number(nats, stream)
    return [json.loads(message.data) async for batch in read_stored(nats, stream, last=last) for message in batch]


async def _sweep(nats: LeanClient) -> dict[str, tuple[int, int]]:
    swept: list[Swept] = await sweep(nats, ANA, contact_secret=b"", on_progress=lambda *_: None)
    return {one.stream: (one.erased, one.read) for one in swept}


async def test_what_names_them_goes_and_all_that_was_said_of_their_activities(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", {"user": "7"}, {"user": "8"})
    await _store(
        nats,
        "activity.observed.v1.acme",
        observation("a1", outcome="connected"),
        observation("a1", actor="7"),
        observation("a2", actor="8"),
    )
    await _handle(nats, WEBHOOKS, 2)
    await _handle(nats, ACTIVITIES, 3)

    assert await _sweep(nats) == {WEBHOOKS: (1, 2), ACTIVITIES: (2, 3), SCORES: (0, 0), NUDGES: (0, 0), DEAD: (0, 0)}

    assert await _left(nats, WEBHOOKS) == [{"user": "8"}]
    assert await _left(nats, ACTIVITIES) == [observation("a2", actor="8")]
    assert await _sweep(nats) == {WEBHOOKS: (0, 1), ACTIVITIES: (0, 1), SCORES: (0, 0), NUDGES: (0, 0), DEAD: (0, 0)}


async def test_what_is_not_handled_yet_is_waited_for_and_reaches_its_consumer_first(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", {"user": "7"}, {"user": "8"})
    is_waiting = asyncio.Event()

    def on_progress(what: str, done: int, total: int) -> None:
        if (what, done, total) == (f"waiting for {WEBHOOKS}", 0, 2):
            is_waiting.set()

    sweeping = asyncio.create_task(sweep(nats, ANA, contact_secret=b"", on_progress=on_progress))
    await is_waiting.wait()
    assert len(await _left(nats, WEBHOOKS)) == 2
    taken = await _handle(nats, WEBHOOKS, 2)
    await sweeping

    assert [json.loads(data) for data in taken] == [{"user": "7"}, {"user": "8"}]
    assert await _left(nats, WEBHOOKS) == [{"user": "8"}]


async def test_a_consumer_goes_on_behind_what_was_erased(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", {"user": "8"}, {"user": "7"})
    await _handle(nats, WEBHOOKS, 2)
    await _sweep(nats)

    await _store(nats, "webhook.received.v1.acme", {"user": "9"})

    assert await _handle(nats, WEBHOOKS, 1) == [b'{"user": "9"}']
    assert (await _sweep(nats))[WEBHOOKS] == (0, 2)


async def test_reading_goes_on_over_batches_and_gaps_up_to_the_number_given(nats: LeanClient) -> None:
    await _store(nats, "webhook.received.v1.acme", *range(1_203))
    async for _ in erase_stored(nats, WEBHOOKS, range(400, 701)):
        pass
    async for _ in erase_stored(nats, WEBHOOKS, [400]):  # gone already
        pass

    read = [message.number async for batch in read_stored(nats, WEBHOOKS, last=1_201) for message in batch]

    assert read == [*range(1, 400), *range(701, 1_202)]
