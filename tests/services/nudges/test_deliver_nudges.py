"""What becomes of a delivery, and of its channel, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.deliver.channels.channel import EVERYTHING, Audience, Delivered, GiveUp, Gone, TryLater
from services.nudges.deliver.deliveries import ChannelState, give_up_orphans, list_channels, note_channels
from services.nudges.deliver.enable_channel import NoSuchChannel, enable_channel
from services.nudges.deliver.list_channels import show_channels
from services.nudges.pages.list_nudges import list_nudges
from services.nudges.store import QUERIES, is_work_due
from shared.events import Nudge, NudgeKind, Person
from shared.requests.nudges import NudgeQuery
from tests.services.nudges.conftest import Nudging, Recorder
from tests.services.nudges.reports import at, report

HOUR = timedelta(hours=1)
NO = TryLater(error="answered 500")


async def queue(nudging: Nudging, count: int = 1, *, first: int = 0) -> None:
    """So many nudges on their way, each to another rep."""
    for number in range(first, first + count):
        await nudging.take_in(report(score=100, state="open", rep=Person(id=f"rep-{number}", name="Ana")))


async def _channel(nudging: Nudging) -> ChannelState:
    (state,) = await list_channels(nudging.pool, ["recorder"], now=nudging.now)
    return state


async def test_a_delivery_is_tried_again_until_it_is_taken(nudging: Nudging) -> None:
    nudging.channel.answers = [NO, TryLater(error="answered 429", after_s=60)]
    await queue(nudging)

    await nudging.deliver()
    assert await nudging.states() == [("queued", 1, "answered 500")]
    assert await nudging.deliver() == 0
    for _ in range(2):
        nudging.now += timedelta(minutes=5)
        await nudging.deliver()

    assert await nudging.states() == [("delivered", 3, "")]
    assert [attempts for _, attempts in nudging.channel.given] == [1, 2, 3]
    assert len({nudge for nudge, _ in nudging.channel.given}) == 1


async def test_a_delivery_that_cannot_work_is_given_up_at_once_and_alone(nudging: Nudging) -> None:
    nudging.channel.answers = [GiveUp(error="no such address")]
    await queue(nudging)
    await nudging.deliver()
    await queue(nudging, first=1)
    await nudging.deliver()

    assert sorted(await nudging.states()) == [("delivered", 1, ""), ("failed", 1, "no such address")]


async def test_a_delivery_is_given_up_a_day_after_it_was_queued_and_counted(nudging: Nudging) -> None:
    nudging.channel.answers = [NO] * 100
    await queue(nudging)
    for _ in range(4 * 24 - 1):
        await nudging.deliver()
        nudging.now += HOUR / 4
    ((state, attempts, _),) = await nudging.states()
    assert state == "queued"

    nudging.now += HOUR / 4
    await nudging.deliver()

    assert await nudging.states() == [("failed", attempts, "given up after 24 hours; last: answered 500")]
    assert (await _channel(nudging)).given_up == 1
    failed = {"channel": "recorder", "outcome": "failed"}
    assert nudging.metrics.registry.get_sample_value("daymark_nudges_deliveries_total", failed) == 1


async def test_a_channel_whose_receiver_is_gone_is_disabled_and_nothing_is_sent_any_more(nudging: Nudging) -> None:
    nudging.channel.answers = [Gone(error="the receiver is gone (410)")]
    await queue(nudging)
    await nudging.deliver()

    await queue(nudging, 2, first=1)
    assert await nudging.deliver() == 0

    assert len(nudging.channel.given) == 1
    because = "the channel is disabled: the receiver is gone (410)"
    assert sorted(await nudging.states()) == [
        ("failed", 0, because),
        ("failed", 0, because),
        ("failed", 1, "the receiver is gone (410)"),
    ]
    assert (await _channel(nudging)).disabled_at == nudging.now


async def test_a_channel_that_leads_elsewhere_is_no_longer_disabled_and_one_that_does_not_stays_so(nudging: Nudging) -> None:
    nudging.channel.answers = [Gone(error="the receiver is gone (410)")]
    await queue(nudging)
    await nudging.deliver()

    await note_channels(nudging.pool, {"recorder": nudging.channel})
    assert (await _channel(nudging)).disabled_at is not None
    await note_channels(nudging.pool, {"recorder": Recorder(destination=b"elsewhere")})

    assert (await _channel(nudging)).disabled_at is None


@pytest.mark.parametrize(
    ("audience", "given"),
    [
        (EVERYTHING, 1),
        (Audience(teams=("south", "north")), 1),
        (Audience(teams=("south",)), 0),
        (Audience(kinds=(NudgeKind.CELEBRATION,)), 1),
        (Audience(kinds=(NudgeKind.COACHING, NudgeKind.DIGEST)), 0),
        (Audience(teams=("north",), kinds=(NudgeKind.COACHING,)), 0),
    ],
)
async def test_a_channel_is_given_the_nudges_of_its_teams_and_kinds(nudging: Nudging, audience: Audience, given: int) -> None:
    await note_channels(nudging.pool, {"recorder": Recorder(audience=audience)})

    await queue(nudging)

    assert len(await nudging.nudges()) == 1
    assert await nudging.deliver() == given


async def test_what_a_receiver_asks_for_holds_for_all_that_goes_there(nudging: Nudging) -> None:
    nudging.channel.answers = [TryLater(error="answered 429", after_s=120), Delivered()]
    await queue(nudging, 2)
    await nudging.deliver()  # the second got through, and the request not to send holds nevertheless

    await queue(nudging, first=2)
    nudging.now += timedelta(seconds=119)
    assert await nudging.deliver() == 0
    nudging.now += timedelta(seconds=1)

    assert await nudging.deliver() == 2


async def test_a_channel_that_only_fails_is_tried_with_one_delivery_at_a_time(nudging: Nudging) -> None:
    nudging.channel.answers = [NO] * 1_000
    await queue(nudging, 20)
    assert await nudging.deliver() == 20

    for _ in range(10):
        nudging.now += timedelta(seconds=299)
        assert await nudging.deliver() == 0
        nudging.now += timedelta(seconds=1)
        assert await nudging.deliver() == 1
        assert await nudging.deliver() == 0

    assert (await _channel(nudging)).failures == 30
    nudging.channel.answers = []
    nudging.now += timedelta(hours=5)
    assert [await nudging.deliver() for _ in range(3)] == [1, 19, 0]
    assert (await _channel(nudging)).failing_since is None


async def test_while_the_one_is_under_way_no_replica_sends_another(nudging: Nudging) -> None:
    nudging.channel.answers = [NO] * 20
    await queue(nudging, 20)
    await nudging.deliver()
    nudging.now += HOUR
    deliverer = nudging.deliverer(nudging.channel, nudging.clock())

    assert [len(await deliverer.claim(50)) for _ in range(3)] == [1, 0, 0]


async def test_what_a_dead_process_had_claimed_is_sent_by_another_after_its_lease(nudging: Nudging) -> None:
    await queue(nudging)
    deliverer = nudging.deliverer(nudging.channel, nudging.clock())
    assert len(await deliverer.claim(10)) == 1
    assert await nudging.deliver() == 0

    await nudging.pool.execute("UPDATE delivery SET lease_until = clock_timestamp() - interval '1 second'")

    assert await nudging.deliver() == 1
    assert await nudging.states() == [("delivered", 2, "")]


async def test_a_delivery_that_is_being_recorded_holds_nobody_up(nudging: Nudging) -> None:
    await queue(nudging, 2)
    async with nudging.pool.acquire() as recording, recording.transaction():
        await recording.execute("SELECT FROM delivery ORDER BY nudge_id LIMIT 1 FOR UPDATE")

        assert await nudging.deliver() == 1

    assert await nudging.deliver() == 1


async def test_a_process_that_comes_late_does_not_disturb_the_one_that_took_over(nudging: Nudging) -> None:
    slow = Recorder(answers=[NO])
    await queue(nudging)
    deliverer = nudging.deliverer(slow, nudging.clock())
    (claimed,) = await deliverer.claim(10)
    await nudging.pool.execute("UPDATE delivery SET lease_until = clock_timestamp() - interval '1 second'")
    await nudging.deliverer(nudging.channel, nudging.clock()).claim(10)

    await deliverer.attempt(claimed)

    assert await nudging.states() == [("sending", 2, "")]


async def test_a_channel_that_stumbles_is_tried_later_and_stops_nothing(
    nudging: Nudging, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: Nudge, **__: int) -> Delivered:
        raise RuntimeError("the secret of this message")

    monkeypatch.setattr(nudging.channel, "send", stumble)
    await queue(nudging)

    await nudging.deliver()

    assert await nudging.states() == [("queued", 1, "failed inside (RuntimeError); the log of nudges has more")]


async def test_what_was_queued_for_a_channel_that_is_gone_from_the_settings_is_given_up_after_a_rolling_restart(
    nudging: Nudging,
) -> None:
    await queue(nudging)

    await give_up_orphans(nudging.pool, {}, now=nudging.now + timedelta(minutes=9))
    assert await nudging.states() == [("queued", 0, "")]
    await give_up_orphans(nudging.pool, {"recorder": nudging.channel}, now=nudging.now + HOUR)
    assert await nudging.states() == [("queued", 0, "")]
    await give_up_orphans(nudging.pool, {}, now=nudging.now + HOUR)

    assert await nudging.states() == [("failed", 0, "this channel is no longer configured")]


async def test_a_delivery_is_no_work_while_its_channel_is_paused_or_gone(nudging: Nudging) -> None:
    await queue(nudging)
    await nudging.pool.execute("DELETE FROM outbox")
    await nudging.pass_time(nudging.now)
    assert await is_work_due(nudging.pool, channels=("recorder",), now=nudging.now)
    assert not await is_work_due(nudging.pool, channels=("inbox",), now=nudging.now)

    await nudging.pool.execute(QUERIES["mark_channel_paused"], "recorder", nudging.now + HOUR, None)

    assert not await is_work_due(nudging.pool, channels=("recorder",), now=nudging.now)
    assert await is_work_due(nudging.pool, channels=("recorder",), now=at(nudging.now.date(), "15:00"))


async def test_how_a_channel_fares_is_said_in_a_word_and_a_delivery_with_its_last_error(nudging: Nudging) -> None:
    async def fares() -> tuple[str, str, int, int]:
        (row,) = (await show_channels(nudging.pool, ["recorder"], now=nudging.now)).channels
        return row.state, row.last_error, row.waiting, row.given_up

    assert await fares() == ("ok", "", 0, 0)
    await queue(nudging, 6)
    nudging.channel.answers = [NO]
    await nudging.deliver()
    await queue(nudging, first=6)
    nudging.channel.answers = [TryLater(error="answered 429", after_s=60)]
    nudging.now += timedelta(seconds=1)  # the first is not due again yet
    await nudging.deliver()
    assert await fares() == ("paused", "answered 429", 2, 0)
    nudging.now += HOUR
    nudging.channel.answers = [Gone(error="the receiver is gone (410)")]
    await nudging.deliver()
    assert await fares() == ("disabled", "the receiver is gone (410)", 0, 1)

    rows = (await list_nudges(nudging.pool, NudgeQuery())).rows
    shown = [one for row in rows for one in row.deliveries]
    assert [(one.channel, one.attempts, one.last_error) for one in shown if one.state == "failed"] == [
        ("recorder", 2, "the receiver is gone (410)")
    ]


async def test_a_channel_is_enabled_by_hand(nudging: Nudging) -> None:
    nudging.channel.answers = [Gone(error="the receiver is gone (410)")]
    await queue(nudging)
    await nudging.deliver()

    await enable_channel(nudging.pool, "recorder")
    await queue(nudging, first=1)

    assert await nudging.deliver() == 1
    with pytest.raises(NoSuchChannel):
        await enable_channel(nudging.pool, "pager")
