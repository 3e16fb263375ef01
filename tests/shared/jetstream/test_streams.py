"""Streams and consumers as they have to be."""

from shared.jetstream.client import LeanClient
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, provision


async def test_a_consumer_of_earlier_that_lets_fewer_messages_out_lets_out_more_and_goes_on(nats: LeanClient) -> None:
    jetstream = nats.jetstream()
    made = (await jetstream.consumer_info(ACTIVITIES, SCORING_CONSUMER)).config
    assert made.max_ack_pending is not None
    await jetstream.delete_consumer(ACTIVITIES, SCORING_CONSUMER)
    await jetstream.add_consumer(
        ACTIVITIES, durable_name=SCORING_CONSUMER, ack_policy="explicit", ack_wait=30, max_ack_pending=made.max_ack_pending // 2
    )
    for number in range(2):
        await jetstream.publish("activity.observed.v1.acme", b"{}", headers={"Nats-Msg-Id": str(number)})
    await _take_one(nats)

    await provision(nats)

    now = await jetstream.consumer_info(ACTIVITIES, SCORING_CONSUMER)
    assert (now.config.max_ack_pending, now.num_ack_pending, now.num_pending) == (made.max_ack_pending, 1, 1)


async def _take_one(nats: LeanClient) -> None:
    subscription = await nats.jetstream().pull_subscribe_bind(SCORING_CONSUMER, ACTIVITIES)
    await subscription.fetch(1)
