"""The table of streams and consumers, and how a broker is brought to it."""

from contextlib import suppress
from datetime import timedelta

import pytest
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import NotFoundError

from shared.clock import SystemClock
from shared.event_types import ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.streams import (
    ACTIVITIES,
    ANNOUNCEMENTS_CONSUMER,
    CLOCK,
    CONSUMERS,
    NUDGES,
    SCORING_CONSUMER,
    STREAMS,
    Stream,
    StreamMissing,
    StreamRefused,
    backlog,
    find_waiting,
    provision,
)

DAY_S = 86_400
SUBJECT = "activity.observed.v1.acme"


async def _config(nats: LeanClient, stream: str) -> StreamConfig:
    return (await nats.jetstream().stream_info(stream)).config


async def _consumer_config(nats: LeanClient) -> ConsumerConfig:
    config: ConsumerConfig = (await nats.jetstream().consumer_info(ACTIVITIES, SCORING_CONSUMER)).config
    return config


async def _publish(nats: LeanClient, count: int) -> None:
    for number in range(count):
        await nats.jetstream().publish(SUBJECT, b"{}", headers={"Nats-Msg-Id": str(number)})


async def _take_one(nats: LeanClient) -> None:
    subscription = await nats.jetstream().pull_subscribe_bind(SCORING_CONSUMER, ACTIVITIES)
    await subscription.fetch(1)


def test_no_two_streams_take_the_same_subject_and_every_consumer_has_a_stream() -> None:
    subjects = [subject for stream in STREAMS for subject in stream.subjects]

    assert len(set(subjects)) == len(subjects)
    assert {consumer.stream for consumer in CONSUMERS} <= {stream.name for stream in STREAMS}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
async def test_every_stream_is_created_as_the_table_says(nats: LeanClient, stream: Stream) -> None:
    config = await _config(nats, stream.name)

    assert set(config.subjects or []) == set(stream.subjects)
    assert config.max_age == stream.kept_days * DAY_S
    assert (config.duplicate_window, config.storage, config.allow_atomic) == (120, "file", True)
    assert config.max_msgs_per_subject == (1 if stream.newest_only else -1)


async def test_every_consumer_is_created_as_the_table_says(nats: LeanClient) -> None:
    for consumer in CONSUMERS:
        config = (await nats.jetstream().consumer_info(consumer.stream, consumer.name)).config
        assert (config.ack_policy, config.deliver_policy, config.max_deliver) == ("explicit", "all", -1)
        assert (config.ack_wait, config.max_ack_pending) == (consumer.ack_wait_s, consumer.ack_pending_max)


async def test_a_service_creates_its_own_streams_and_waits_for_those_of_others(nats_url: str) -> None:
    nats = await connect(nats_url, name="test")

    with pytest.raises(StreamMissing, match="ACTIVITIES, which ingest creates"):
        await provision(nats, service="scoring")
    names = {info.config.name for info in await nats.jetstream().streams_info()}
    assert names == {stream.name for stream in STREAMS if stream.owner == "scoring"}
    with pytest.raises(NotFoundError):
        await nats.jetstream().consumer_info(ACTIVITIES, SCORING_CONSUMER)

    await nats.close()


async def test_services_that_start_together_wait_for_each_other_only_until_each_has_its_streams(nats_url: str) -> None:
    nats = await connect(nats_url, name="test")
    waiting = ["nudges", "scoring", "ingest"]

    for _ in range(2):
        for service in list(waiting):
            with suppress(StreamMissing):
                await provision(nats, service=service)
                waiting.remove(service)

    assert waiting == []
    for consumer in CONSUMERS:
        await nats.jetstream().consumer_info(consumer.stream, consumer.name)
    await nats.close()


async def test_a_consumer_receives_only_its_subjects(nats: LeanClient) -> None:
    for event in (ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED):
        await nats.jetstream().publish(event.name, b"{}")
    await nats.jetstream().publish("nudge.decided.v1", b"{}")

    assert await backlog(nats, NUDGES, ANNOUNCEMENTS_CONSUMER) == 2


async def test_only_the_newest_tick_is_kept(nats: LeanClient) -> None:
    for body in (b"1", b"2"):
        await nats.jetstream().publish("clock.tick", body)

    assert (await nats.jetstream().stream_info(CLOCK)).state.messages == 1


async def test_what_an_operator_has_widened_stays(nats: LeanClient) -> None:
    jetstream = nats.jetstream()
    widened = await _config(nats, ACTIVITIES)
    widened.max_age, widened.duplicate_window = 365 * DAY_S, 600
    widened.subjects = [*(widened.subjects or []), "activity.extra"]
    await jetstream.update_stream(widened)
    consumer = await _consumer_config(nats)
    assert consumer.max_ack_pending is not None
    wide = consumer.max_ack_pending * 2
    consumer.max_ack_pending = wide
    await jetstream.add_consumer(ACTIVITIES, consumer)

    await provision(nats)

    config = await _config(nats, ACTIVITIES)
    assert (config.max_age, config.duplicate_window) == (365 * DAY_S, 600)
    assert "activity.extra" in (config.subjects or [])
    assert (await _consumer_config(nats)).max_ack_pending == wide


async def test_a_stream_that_lacks_a_subject_or_a_feature_gets_it_and_keeps_its_messages(nats_url: str) -> None:
    nats = await connect(nats_url, name="test")
    earlier = StreamConfig(name=ACTIVITIES, subjects=["activity.observed.v0.*", SUBJECT], max_age=7 * DAY_S)
    await nats.jetstream().add_stream(earlier)
    await _publish(nats, 1)
    await nats.jetstream().update_stream(StreamConfig(name=ACTIVITIES, subjects=["activity.observed.v0.*"], max_age=7 * DAY_S))

    await provision(nats)

    info = await nats.jetstream().stream_info(ACTIVITIES)
    await nats.close()
    assert set(info.config.subjects or []) == {"activity.observed.v0.*", "activity.observed.v1.*"}
    assert (info.config.allow_atomic, info.config.max_age, info.state.messages) == (True, 7 * DAY_S, 1)


async def test_a_consumer_with_a_lower_limit_gets_the_present_one_and_continues_where_it_was(nats: LeanClient) -> None:
    jetstream = nats.jetstream()
    limit = (await _consumer_config(nats)).max_ack_pending
    assert limit is not None
    await jetstream.delete_consumer(ACTIVITIES, SCORING_CONSUMER)
    await jetstream.add_consumer(
        ACTIVITIES, durable_name=SCORING_CONSUMER, ack_policy="explicit", ack_wait=30, max_ack_pending=limit // 2
    )
    await _publish(nats, 2)
    await _take_one(nats)

    await provision(nats)

    consumer = await jetstream.consumer_info(ACTIVITIES, SCORING_CONSUMER)
    assert (consumer.config.max_ack_pending, consumer.num_ack_pending, consumer.num_pending) == (limit, 1, 1)


async def test_the_backlog_counts_messages_that_are_not_delivered_or_not_acknowledged(nats: LeanClient) -> None:
    assert await backlog(nats, ACTIVITIES, SCORING_CONSUMER) == 0

    await _publish(nats, 3)
    await _take_one(nats)

    assert await backlog(nats, ACTIVITIES, SCORING_CONSUMER) == 3


async def test_what_the_server_refuses_is_named(nats: LeanClient) -> None:
    await nats.jetstream().delete_stream(ACTIVITIES)
    await nats.jetstream().add_stream(StreamConfig(name="ANOTHER", subjects=[SUBJECT]))

    with pytest.raises(StreamRefused, match=r"^ACTIVITIES: subjects overlap with an existing stream"):
        await provision(nats)
    with pytest.raises(StreamRefused, match=r"^ACTIVITIES/scoring: stream not found"):
        await backlog(nats, ACTIVITIES, SCORING_CONSUMER)
    with pytest.raises(NotFoundError):
        await nats.jetstream().stream_info(ACTIVITIES)


async def test_the_oldest_message_waits_until_it_is_finished(nats: LeanClient, monkeypatch: pytest.MonkeyPatch) -> None:
    later = SystemClock().now() + timedelta(minutes=5)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    assert (await find_waiting(nats, ACTIVITIES, SCORING_CONSUMER)).oldest_age_s == 0

    await _publish(nats, 2)
    subscription = await nats.jetstream().pull_subscribe_bind(SCORING_CONSUMER, ACTIVITIES)
    first, second = await subscription.fetch(2)
    assert (await find_waiting(nats, ACTIVITIES, SCORING_CONSUMER)).oldest_age_s == pytest.approx(300, abs=60)

    await first.ack_sync()
    assert (await find_waiting(nats, ACTIVITIES, SCORING_CONSUMER)).oldest_age_s == pytest.approx(300, abs=60)
    await second.ack_sync()
    assert (await find_waiting(nats, ACTIVITIES, SCORING_CONSUMER)).oldest_age_s == 0


async def test_the_oldest_message_of_a_consumer_that_does_not_exist_is_refused(nats: LeanClient) -> None:
    with pytest.raises(StreamRefused):
        await find_waiting(nats, ACTIVITIES, "nobody")
