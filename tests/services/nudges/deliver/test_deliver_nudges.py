"""What becomes of a delivery and of its channel, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.deliver.channel import Delivered, GiveUp, Gone, TryLater
from services.nudges.deliver.channels.chat import ChatChannel
from services.nudges.deliver.channels.inbox import InboxChannel
from shared.event_types import ANNOUNCEMENT_DELIVERED, NUDGE_DELIVERED
from shared.events import Nudge, NudgeKind, NudgePart
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.delivering import LINKS, Delivering, nudge_id
from tests.services.nudges.deliver.recorder import Recorder

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ANSWERED_500 = TryLater(error="answered 500")
GONE = Gone(error="the receiver is gone (410)")


async def test_a_delivery_is_tried_again_until_it_is_accepted(delivering: Delivering) -> None:
    delivering.channel.answers = [ANSWERED_500, TryLater(error="answered 429", after_s=60)]
    await delivering.queue()

    await delivering.deliver()
    assert await delivering.states() == [("queued", 1, "answered 500")]
    assert await delivering.deliver() == 0
    for _ in range(2):
        delivering.now += timedelta(minutes=5)
        await delivering.deliver()

    assert await delivering.states() == [("delivered", 3, "")]
    assert delivering.channel.attempts == [(nudge_id(0), 1), (nudge_id(0), 2), (nudge_id(0), 3)]


async def test_a_delivery_that_cannot_work_is_given_up_at_once_and_alone(delivering: Delivering) -> None:
    delivering.channel.answers = [GiveUp(error="no such address")]
    await delivering.queue()
    await delivering.deliver()
    await delivering.queue()
    await delivering.deliver()

    assert sorted(await delivering.states()) == [("delivered", 1, ""), ("failed", 1, "no such address")]


async def test_a_delivery_is_given_up_a_day_after_it_was_queued_and_counted(delivering: Delivering) -> None:
    delivering.channel.answers = [ANSWERED_500] * 100
    await delivering.queue()
    for _ in range(4 * 24 - 1):
        await delivering.deliver()
        delivering.now += HOUR / 4
    ((state, attempts, _),) = await delivering.states()
    assert state == "queued"

    delivering.now += HOUR / 4
    await delivering.deliver()

    assert await delivering.states() == [("failed", attempts, "given up after 24 hours; last error: answered 500")]
    assert (await delivering.channel_state()).given_up == 1
    labels = {"channel": "recorder", "outcome": "failed"}
    assert delivering.metrics.registry.get_sample_value("daymark_nudges_deliveries_total", labels) == 1


async def test_a_channel_whose_receiver_is_gone_is_disabled_and_sends_nothing_more(delivering: Delivering) -> None:
    delivering.channel.answers = [GONE]
    await delivering.queue()
    await delivering.deliver()

    await delivering.queue(2)
    assert await delivering.deliver() == 0

    assert len(delivering.channel.attempts) == 1
    because = "the channel is disabled: the receiver is gone (410)"
    assert await delivering.states() == [
        ("failed", 1, "the receiver is gone (410)"),
        ("failed", 0, because),
        ("failed", 0, because),
    ]
    assert (await delivering.channel_state()).disabled_at == delivering.now


async def test_a_wait_that_a_receiver_asks_for_holds_for_everything_that_goes_there(delivering: Delivering) -> None:
    delivering.channel.answers = [TryLater(error="answered 429", after_s=120), Delivered()]
    await delivering.queue(2)
    await delivering.deliver()  # the second was accepted, and the first one's request still holds

    await delivering.queue()
    delivering.now += timedelta(seconds=119)
    assert await delivering.deliver() == 0
    delivering.now += SECOND

    assert await delivering.deliver() == 2


async def test_a_channel_that_only_fails_is_tried_with_one_delivery_at_a_time(delivering: Delivering) -> None:
    delivering.channel.answers = [ANSWERED_500] * 1_000
    await delivering.queue(20)
    assert await delivering.deliver() == 20

    for _ in range(10):
        delivering.now += timedelta(seconds=299)
        assert await delivering.deliver() == 0
        delivering.now += SECOND
        assert await delivering.deliver() == 1
        assert await delivering.deliver() == 0

    assert (await delivering.channel_state()).failures == 30
    delivering.channel.answers = []
    delivering.now += timedelta(hours=5)
    assert [await delivering.deliver() for _ in range(3)] == [1, 19, 0]
    assert (await delivering.channel_state()).failing_since is None


@pytest.mark.parametrize(("failures", "attempts"), [(4, 10), (5, 1)])
async def test_the_fifth_failure_in_a_row_leaves_one_delivery_at_a_time(
    delivering: Delivering, failures: int, attempts: int
) -> None:
    delivering.channel.answers = [ANSWERED_500] * failures
    await delivering.queue(failures)
    await delivering.deliver()

    delivering.now += HOUR
    await delivering.queue(10 - failures)

    assert await delivering.deliver() == attempts


async def test_while_a_failing_channel_is_being_tried_no_replica_tries_another_delivery(delivering: Delivering) -> None:
    delivering.channel.answers = [ANSWERED_500] * 20
    await delivering.queue(20)
    await delivering.deliver()
    delivering.now += HOUR

    deliverer = delivering.deliverer()
    assert [len(await deliverer.claim(50)) for _ in range(3)] == [1, 0, 0]
    delivering.now += timedelta(seconds=29)
    assert len(await delivering.deliverer().claim(50)) == 0
    delivering.now += SECOND

    assert len(await delivering.deliverer().claim(50)) == 1


async def test_what_a_dead_process_had_claimed_is_sent_by_another_after_its_lease(delivering: Delivering) -> None:
    await delivering.queue()
    assert len(await delivering.deliverer().claim(10)) == 1
    assert await delivering.deliver() == 0

    await delivering.expire_leases()

    assert await delivering.deliver() == 1
    assert await delivering.states() == [("delivered", 2, "")]


async def test_a_delivery_that_is_being_recorded_holds_up_no_other(delivering: Delivering) -> None:
    await delivering.queue(2)
    async with delivering.pool.acquire() as recording, recording.transaction():
        await recording.execute("SELECT FROM delivery ORDER BY nudge_id LIMIT 1 FOR UPDATE")

        assert await delivering.deliver() == 1

    assert await delivering.deliver() == 1


@pytest.mark.parametrize("outcome", [ANSWERED_500, GiveUp(error="no such address")])
async def test_a_process_that_comes_late_does_not_disturb_the_one_that_took_over(
    delivering: Delivering, outcome: TryLater | GiveUp
) -> None:
    await delivering.queue()
    late = delivering.deliverer(Recorder(answers=[outcome]))
    (claimed,) = await late.claim(10)
    await delivering.expire_leases()
    await delivering.deliverer().claim(10)

    await late.record([await late.attempt(claimed)])

    assert await delivering.states() == [("sending", 2, "")]


async def test_a_process_that_comes_late_with_a_yes_is_believed_and_the_yes_announced_once(delivering: Delivering) -> None:
    await delivering.queue()
    late = delivering.deliverer()
    (claimed,) = await late.claim(10)
    await delivering.expire_leases()
    (taken_over,) = await delivering.deliverer().claim(10)

    await late.record([await late.attempt(claimed)])
    deliverer = delivering.deliverer()
    await deliverer.record([await deliverer.attempt(taken_over)])

    assert await delivering.states() == [("delivered", 2, "")]
    assert len(await Rows(delivering.pool).outbox(NUDGE_DELIVERED.name)) == 1


async def test_a_channel_that_raises_is_tried_later_and_stops_nothing(
    delivering: Delivering, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Nudge, **__: int) -> Delivered:
        raise RuntimeError("the secret of this message")

    monkeypatch.setattr(delivering.channel, "send", fail)
    await delivering.queue()

    await delivering.deliver()

    error = "internal error (RuntimeError); the log of nudges has the details"
    assert await delivering.states() == [("queued", 1, error)]


async def test_the_first_channel_that_accepts_an_announcement_tells_scoring_and_the_second_does_not(
    delivering: Delivering,
) -> None:
    rows = Rows(delivering.pool)
    nudge = make_nudge("announcement-1", kind=NudgeKind.ANNOUNCEMENT, rule="playbook")
    await rows.add_nudge(nudge)
    await rows.add_announcement(announcement(1), nudge_id=nudge.id)
    for channel in ("recorder", "second"):
        await rows.add_delivery(nudge.id, channel)
        await delivering.pool.execute("INSERT INTO channel (name, destination) VALUES ($1, '') ON CONFLICT DO NOTHING", channel)

    await delivering.deliver()
    delivering.now += HOUR
    delivering.channel.name = "second"
    await delivering.deliver()

    assert [state for state, _, _ in await delivering.states()] == ["delivered", "delivered"]
    (event,) = await rows.outbox(ANNOUNCEMENT_DELIVERED.name)
    delivered = ANNOUNCEMENT_DELIVERED.data.model_validate_json(event)
    assert (delivered.rep_id, delivered.version, delivered.delivered_at) == ("ana", 1, delivering.now - HOUR)


@pytest.mark.parametrize("channel", [InboxChannel, ChatChannel], ids=["the manager's page", "a room"])
async def test_an_announcement_that_is_only_where_others_read_has_not_reached_the_rep(
    delivering: Delivering, channel: type[InboxChannel | ChatChannel]
) -> None:
    """So no shortfall can be held against them, until another channel accepts it too."""
    rows = Rows(delivering.pool)
    nudge = make_nudge("announcement-1", kind=NudgeKind.ANNOUNCEMENT, rule="playbook")
    await rows.add_nudge(nudge)
    await rows.add_announcement(announcement(1), nudge_id=nudge.id)
    await rows.add_delivery(nudge.id)
    delivering.channel.reaches_recipient = channel.reaches_recipient

    await delivering.deliver()

    assert [state for state, _, _ in await delivering.states()] == ["delivered"]
    assert await rows.outbox(ANNOUNCEMENT_DELIVERED.name) == []
    assert await rows.pool.fetchval("SELECT delivered_at FROM announcement") is None


async def test_each_part_of_a_message_has_an_address_of_its_own(delivering: Delivering) -> None:
    parts = tuple(
        NudgePart(id=nudge_id(number), kind=NudgeKind.CELEBRATION, rule="comeback", text="text") for number in range(2)
    )
    nudge = make_nudge(nudge_id(0), parts=parts)
    await Rows(delivering.pool).add_nudge(nudge)
    await Rows(delivering.pool).add_delivery(nudge.id)

    await delivering.deliver()

    (sent,) = delivering.channel.nudges
    assert sent.url == sent.parts[0].url
    assert sent.url.startswith("http://pages/answer/nudge-000/ana/")
    assert sent.parts[1].url.startswith("http://pages/answer/nudge-001/ana/")


@pytest.mark.parametrize(
    "nudge",
    [make_nudge(kind=NudgeKind.ANNOUNCEMENT), make_nudge(kind=NudgeKind.CORRECTION), make_nudge(rule="first_day")],
    ids=["an announcement", "a correction", "the greeting of the first day"],
)
async def test_what_is_about_the_reps_own_page_leads_there(delivering: Delivering, nudge: Nudge) -> None:
    await Rows(delivering.pool).add_nudge(nudge)
    await Rows(delivering.pool).add_delivery(nudge.id)

    await delivering.deliver()

    assert delivering.channel.nudges[0].url.startswith("http://pages/you/ana/")


@pytest.mark.parametrize("rule", ["disputes", "new_disputes"])
async def test_disputes_lead_to_the_page_on_which_their_manager_answers_them(delivering: Delivering, rule: str) -> None:
    nudge = make_nudge(person=MARA, rule=rule, kind=NudgeKind.DIGEST)
    await Rows(delivering.pool).add_nudge(nudge)
    await Rows(delivering.pool).add_delivery(nudge.id)

    await delivering.deliver()

    assert delivering.channel.nudges[0].url == LINKS.inbox_url(MARA.id)
