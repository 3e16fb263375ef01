"""A nudges schema of its own for each test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import asyncpg
import pytest

from services.nudges.context.watch_feeds import watch_feeds
from services.nudges.decide.announce import tell_definition
from services.nudges.decide.compose import Spoken
from services.nudges.decide.on_change import decide_nudges
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.release_deferred import release_held
from services.nudges.decide.scheduled import take_looks
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.deliver_nudges import Deliverer, deliver_nudges
from services.nudges.deliver.report_announcement import mark_announcement_delivered
from services.nudges.domain.day_plan_subscribers import NOBODY, Wanted
from services.nudges.experiments.pause_harmful_rules import pause_harmful_rules
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.store import MIGRATIONS, SCHEMA, merge_announcement
from shared.clock import Clock, SteppedClock
from shared.events import DayReport, NudgeId, PlaybookAnnounced
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.reports import MONDAY, at, report, worked_days
from tests.services.nudges.rows import Rows

KEY = b"a key of the installation"
NOON = at(MONDAY, "12:00")
NO_LOTS = Lottery(seed="", held_out=0.0)
BASE_URL = "http://pages"
LINKS = Links(base_url=BASE_URL, secret="signs links")


@dataclass
class Nudging:
    """The use cases on one database."""

    pool: asyncpg.Pool
    url: str
    channel: Recorder
    metrics: NudgesMetrics
    now: datetime
    lottery: Lottery = NO_LOTS
    wanted: Wanted = NOBODY

    async def take_in(self, *reports: DayReport, pool: asyncpg.Pool | None = None) -> list[Spoken]:
        spoken = []
        for one in reports:
            _, said = await decide_nudges(
                pool or self.pool,
                one,
                channels=("recorder",),
                lottery=self.lottery,
                forget_key=KEY,
                traceparent="",
                now=self.now,
            )
            spoken += said
        return spoken

    async def pass_time(self, now: datetime) -> list[Spoken]:
        self.now = now
        await watch_feeds(self.pool, now=now)
        await pause_harmful_rules(self.pool, now=now)
        held = await release_held(self.pool, channels=("recorder",), lottery=self.lottery, wanted=self.wanted, now=now)
        return held + await take_looks(self.pool, channels=("recorder",), lottery=self.lottery, wanted=self.wanted, now=now)

    async def deliver(self, channel: Channel | None = None) -> int:
        """One attempt of everything that is due in a channel."""
        return await deliver_nudges(self.deliverer(channel or self.channel, self.clock()), count_max=50)

    def clock(self) -> SteppedClock:
        """One that stands at `now`."""
        return SteppedClock(self.now)

    def deliverer(self, channel: Channel, clock: Clock) -> Deliverer:
        """One that always waits for as long as it may."""
        return Deliverer(pool=self.pool, channel=channel, links=LINKS, metrics=self.metrics, clock=clock, jitter=lambda: 1.0)

    async def hear_of(self, *announcements: PlaybookAnnounced) -> list[Spoken]:
        """Take in announcements of definitions."""
        spoken = []
        for announced in announcements:
            _, said = await tell_definition(
                self.pool, announced, channels=("recorder",), forget_key=KEY, traceparent="", now=self.now
            )
            spoken += [said] if said is not None else []
        return spoken

    async def know(self, announced: PlaybookAnnounced, *, delivered_at: datetime) -> None:
        """As if the rep had been told then."""
        async with self.pool.acquire() as connection:
            await merge_announcement(connection, announced, nudge_id=f"told-{announced.version}")
            await mark_announcement_delivered(connection, NudgeId(f"told-{announced.version}"), now=delivered_at)

    async def events(self, event_type: str) -> list[str]:
        """The bodies that wait in the outbox."""
        rows = await self.pool.fetch("SELECT body FROM outbox WHERE event_type = $1 ORDER BY id", event_type)
        return [row["body"] for row in rows]

    async def nudges(self) -> list[tuple[str, str, str]]:
        rows = await self.pool.fetch("SELECT rule, status, because FROM nudge ORDER BY seq")
        return [tuple(row) for row in rows]

    async def states(self) -> list[tuple[str, int, str]]:
        rows = await self.pool.fetch("SELECT state, attempts, last_error FROM delivery ORDER BY nudge_id, channel")
        return [tuple(row) for row in rows]


async def comeback_and_plan_done_wait(nudging: Nudging) -> date:
    """For nine o'clock on the day that is returned: a comeback of Monday and the plan of Tuesday."""
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(*worked_days(60, 60), report(score=100, state="open", revision=2))
    nudging.now = at(tuesday, "08:00")
    await nudging.take_in(report(MONDAY, score=100, revision=3), report(tuesday, score=0, count=0, state="open"))
    await nudging.take_in(report(tuesday, score=100, state="closed", revision=2))
    await nudging.take_in(report(wednesday, score=0, count=0, state="open"))
    await nudging.pool.execute("UPDATE nudge SET send_at = $1", at(wednesday, "09:00"))
    return wednesday


@pytest.fixture
async def pool(nudges_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a schema of its own."""
    opened = await make_pool(nudges_database_url, schema=SCHEMA)
    await migrate(opened, schema=SCHEMA, folder=MIGRATIONS)
    yield opened
    await opened.close()


@pytest.fixture
def rows(pool: asyncpg.Pool) -> Rows:
    """Plants rows into that schema."""
    return Rows(pool)


@pytest.fixture
async def nudging(pool: asyncpg.Pool, nudges_database_url: str) -> Nudging:
    channel = Recorder()
    await merge_channels(pool, {channel.name: channel})
    return Nudging(pool=pool, url=nudges_database_url, channel=channel, metrics=NudgesMetrics(), now=NOON)
