"""Each gauge shows what is stored, on a real database and a real stream."""

from datetime import timedelta

import pytest
from nats.aio.client import Client

from services.nudges.context.silent_feeds import WHOLE_FEED, RepFeed, add_silent_feed
from services.nudges.deliver.channel import Channel, TryLater
from services.nudges.deliver.channel_states import mark_channel_disabled, mark_channel_failing
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.personal.transport import personal_message
from services.nudges.experiments.calibrate_teams import plan_calibrations, run_weekly_calibrations
from services.nudges.experiments.rule_pauses import mark_rule_paused, mark_rule_resumed
from services.nudges.gauges import gauge_readers
from shared.clock import SteppedClock
from shared.event_types import DAY_CHANGED
from shared.reach import ContactPoint, Contacts
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, NORTH
from tests.services.nudges.builders.reports import report
from tests.services.nudges.conftest import NOON, Nudging
from tests.services.nudges.deliver.personal.directories import FakeTransport, no_directory
from tests.services.nudges.experiments.teams import SUNDAY, add_team, erratic

HOUR = timedelta(hours=1)
HOUR_S = 3_600


class Gauges:
    """Reads gauges by name at a time."""

    def __init__(self, nudging: Nudging, nats: Client) -> None:
        self._nudging = nudging
        self._nats = nats
        self.clock = SteppedClock(NOON)
        self.more: tuple[Channel, ...] = ()

    async def read(self, reader: str, metric: str, **labels: str) -> float | None:
        channels: dict[str, Channel] = {channel.name: channel for channel in (self._nudging.channel, *self.more)}
        readers = gauge_readers(self._nats, self._nudging.pool, channels, self.clock, self._nudging.metrics)
        await readers[reader]()
        return self._nudging.metrics.registry.get_sample_value(f"daymark_nudges_{metric}", labels)


@pytest.fixture
def gauges(nudging: Nudging, nats: Client) -> Gauges:
    return Gauges(nudging, nats)


async def test_the_backlog_counts_what_is_not_handled(gauges: Gauges, nats: Client) -> None:
    assert await gauges.read("backlog", "backlog_messages") == 0
    assert await gauges.read("backlog", "backlog_oldest_seconds") == 0

    await nats.jetstream().publish(DAY_CHANGED.name, b"{}")

    assert await gauges.read("backlog", "backlog_messages") == 1


async def test_the_outbox_counts_what_is_not_published(gauges: Gauges, nudging: Nudging) -> None:
    assert await gauges.read("outbox", "outbox_rows") == 0

    await nudging.take_in(report(score=100, state="open"))

    assert await gauges.read("outbox", "outbox_rows") == 1
    assert await gauges.read("outbox", "outbox_oldest_age_seconds") == 0
    gauges.clock = SteppedClock(NOON + HOUR)
    assert await gauges.read("outbox", "outbox_oldest_age_seconds") == HOUR_S


async def test_a_silent_feed_is_shown_until_it_recovers(gauges: Gauges, nudging: Nudging) -> None:
    feed = RepFeed(
        rep_id=ANA.id,
        day=MONDAY,
        team_id=NORTH.id,
        team_name=NORTH.name,
        behaviour=WHOLE_FEED,
        label="",
        work_starts_at=at(MONDAY, "09:00"),
        has_data=False,
    )
    await add_silent_feed(nudging.pool, feed, because="nothing arrived", now=NOON)
    assert await gauges.read("feeds", "feed_quiet", team="north") == 1

    await nudging.pool.execute("DELETE FROM silent_feed")

    assert await gauges.read("feeds", "feed_quiet", team="north") is None


async def test_a_rule_is_shown_as_paused_until_it_is_resumed(gauges: Gauges, nudging: Nudging) -> None:
    await mark_rule_paused(nudging.pool, "plan_done", now=NOON)
    assert await gauges.read("rules", "rule_paused", rule="plan_done") == 1

    await mark_rule_resumed(nudging.pool, "plan_done", now=NOON)

    assert await gauges.read("rules", "rule_paused", rule="plan_done") == 0


async def test_a_calibration_is_overdue_from_its_time_until_it_is_made(gauges: Gauges, nudging: Nudging) -> None:
    async def overdue_h(hours: int) -> float:
        gauges.clock = SteppedClock(SUNDAY + hours * HOUR)
        overdue_s = await gauges.read("calibration", "drop_recheck_overdue_seconds")
        assert overdue_s is not None
        return overdue_s / HOUR_S

    assert await overdue_h(0) == 0
    await add_team(nudging.rows, "wild", erratic(20))
    await plan_calibrations(nudging.pool, now=NOON)

    assert [await overdue_h(hours) for hours in (-1, 3)] == [0, 3]
    await run_weekly_calibrations(nudging.pool, now=SUNDAY + 3 * HOUR)
    assert await overdue_h(3) == 0


async def test_a_channel_shows_what_waits_and_for_how_long_it_has_failed(gauges: Gauges, nudging: Nudging) -> None:
    await nudging.take_in(report(score=100, state="open"))
    async with nudging.pool.acquire() as connection:
        await mark_channel_failing(connection, "recorder", error="503", now=NOON)
    gauges.clock = SteppedClock(NOON + 2 * HOUR)

    assert await gauges.read("channels", "deliveries_waiting", channel="recorder") == 1
    assert await gauges.read("channels", "oldest_delivery_age_seconds", channel="recorder") == 2 * HOUR_S
    assert await gauges.read("channels", "channel_failing_seconds", channel="recorder") == 2 * HOUR_S
    assert await gauges.read("channels", "channel_disabled", channel="recorder") == 0

    async with nudging.pool.acquire() as connection:
        await mark_channel_disabled(connection, "recorder", error="410", now=NOON)

    assert await gauges.read("channels", "channel_disabled", channel="recorder") == 1


async def test_a_server_that_fails_is_shown_while_people_are_reached_by_another(gauges: Gauges) -> None:
    ways = Contacts(contacts=tuple(ContactPoint(transport=name, address="ana") for name in ("mail", "slack")))
    transports = [FakeTransport("mail", TryLater(error="no answer")), FakeTransport("slack")]
    personal = PersonalChannel(transports, no_directory, destination=b"", give_up_after=HOUR)
    gauges.more = (personal,)

    assert await gauges.read("channels", "channel_failing_seconds", channel="personal.mail") == 0
    await personal.send_message(personal_message(make_nudge(), stop_url=""), ways)

    failing_s = await gauges.read("channels", "channel_failing_seconds", channel="personal.mail")
    assert failing_s is not None
    assert failing_s > 0
    assert await gauges.read("channels", "channel_failing_seconds", channel="personal.slack") == 0
