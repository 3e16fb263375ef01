"""A nudges schema of its own for each test, and the use cases of nudges on it."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

import asyncpg
import pytest

from services.nudges.context.watch_feeds import watch_feeds
from services.nudges.decide.decision_context import DecisionContext, DecisionSettings
from services.nudges.decide.manager_digests import send_manager_digests
from services.nudges.decide.policy.holdout import Holdout
from services.nudges.decide.release_deferred import release_deferred
from services.nudges.decide.scheduled import run_scheduled_checks
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.deliver_nudges import Deliverer, deliver_nudges
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS, DayPlanSubscribers
from services.nudges.domain.decision import Outcome
from services.nudges.intake.read_message import Arrived, Event
from services.nudges.intake.take_in import TakenIn, take_in
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.rules.catalogue import RULES
from services.nudges.schema import SCHEMA
from shared.clock import Clock, SteppedClock
from shared.event_types import Data, EventType
from shared.events import DayReport, PlaybookAnnounced
from shared.postgres.pool import make_pool
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.reports import open_report, report, worked_days
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.recorder import Recorder

KEY = b"a key of the installation"
NOON = at(MONDAY, "12:00")
DIGEST_AT = time(9)
NO_HOLDOUT = Holdout(seed="", share=0.0)
BASE_URL = "http://pages"
LINKS = Links(base_url=BASE_URL, secret="signs links")


@dataclass
class Nudging:
    """The use cases on one database, at a time that the test sets."""

    pool: asyncpg.Pool
    url: str
    channel: Recorder
    metrics: NudgesMetrics
    now: datetime = NOON
    holdout: Holdout = NO_HOLDOUT
    subscribers: DayPlanSubscribers = NO_SUBSCRIBERS
    language: str = "en"

    @property
    def settings(self) -> DecisionSettings:
        return DecisionSettings(
            channels=(self.channel.name,), holdout=self.holdout, subscribers=self.subscribers, language=self.language
        )

    def context(self, *, traceparent: str = "") -> DecisionContext:
        """The context of a decision now."""
        return self.settings.at(self.now, traceparent=traceparent)

    @property
    def rows(self) -> Rows:
        """Plants rows into the database."""
        return Rows(self.pool)

    async def take_in(self, *reports: DayReport, pool: asyncpg.Pool | None = None, traceparent: str = "") -> list[Outcome]:
        """Take in day reports, one after the other."""
        outcomes: list[Outcome] = []
        for day_report in reports:
            outcomes += (await self.take_in_alone(day_report, pool=pool, traceparent=traceparent)).outcomes
        return outcomes

    async def take_in_each(self, events: Iterable[Event]) -> None:
        """Take in events one by one."""
        for event in events:
            await self.take_in_alone(event)

    async def take_in_alone(self, event: Event, *, pool: asyncpg.Pool | None = None, traceparent: str = "") -> TakenIn:
        """Take in one event."""
        (taken_in,) = await self.take_in_together(event, pool=pool, traceparent=traceparent)
        return taken_in

    async def take_in_together(self, *events: Event, pool: asyncpg.Pool | None = None, traceparent: str = "") -> list[TakenIn]:
        """Take in events as one batch."""
        arrived = [Arrived(event=event, traceparent=traceparent or None) for event in events]
        return await take_in(pool or self.pool, arrived, self.settings, now=self.now, erasure_key=KEY)

    async def announce(self, *playbooks: PlaybookAnnounced) -> list[Outcome]:
        """Take in announcements of playbook versions."""
        outcomes: list[Outcome] = []
        for playbook in playbooks:
            outcomes += (await self.take_in_alone(playbook)).outcomes
        return outcomes

    async def pass_time(self, now: datetime) -> list[Outcome]:
        """What nudges does by itself at a time, except for digests."""
        self.now = now
        await watch_feeds(self.pool, now=now)
        released = [outcome async for batch in release_deferred(self.pool, self.settings, now=now) for outcome in batch]
        checked = [outcome async for batch in run_scheduled_checks(self.pool, self.settings, now=now) for outcome in batch]
        return released + checked

    async def send_digests(self, now: datetime) -> list[Outcome]:
        """What nudges sends to managers at a time."""
        self.now = now
        return await send_manager_digests(self.pool, self.settings, digest_at=DIGEST_AT, now=now)

    async def deliver(self, channel: Channel | None = None) -> int:
        """Attempt everything once that is due in a channel."""
        return await deliver_nudges(self.deliverer(channel or self.channel, self.clock()), count_max=50)

    def clock(self) -> SteppedClock:
        """A clock that stands at `now`."""
        return SteppedClock(self.now)

    def deliverer(self, channel: Channel, clock: Clock) -> Deliverer:
        """A deliverer that always waits for as long as it may."""
        return Deliverer(pool=self.pool, channel=channel, links=LINKS, metrics=self.metrics, clock=clock, jitter=lambda: 1.0)

    async def published(self, event_type: EventType[Data]) -> list[Data]:
        """The events of a type that wait in the outbox."""
        rows = await self.pool.fetch("SELECT body FROM outbox WHERE event_type = $1 ORDER BY id", event_type.name)
        return [event_type.data.model_validate_json(row["body"]) for row in rows]

    async def decisions(self) -> list[tuple[str, str, str]]:
        """The rule and the status of every nudge, and why it has it, in the order in which they were decided."""
        rows = await self.pool.fetch("SELECT rule, status, because FROM nudge ORDER BY seq")
        return [(row["rule"], row["status"], row["because"]) for row in rows]

    async def statuses(self) -> list[tuple[str, str]]:
        """The rule and the status of every nudge, in the order in which they were decided."""
        return [(rule, status) for rule, status, _ in await self.decisions()]

    async def deliveries(self) -> list[tuple[str, int, str]]:
        """The state, the attempts and the last error of every delivery."""
        rows = await self.pool.fetch("SELECT state, attempts, last_error FROM delivery ORDER BY nudge_id, channel")
        return [(row["state"], row["attempts"], row["last_error"]) for row in rows]

    async def texts(self) -> list[str]:
        """The words of every nudge, in the order in which they were decided."""
        return [row["text"] for row in await self.pool.fetch("SELECT text FROM nudge ORDER BY seq")]


def outcomes(*decided: tuple[str, str]) -> list[Outcome]:
    """Outcomes, by rule and status."""
    return [Outcome(rule=rule, status=status) for rule, status in decided]


async def defer_comeback_and_plan_done(nudging: Nudging) -> date:
    """A comeback of Monday and a plan done on Tuesday, both deferred to nine o'clock on the day that is returned."""
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(*worked_days(60, 60), report(score=100, state="open", revision=2))
    nudging.now = at(TUESDAY, "08:00")
    await nudging.take_in(report(MONDAY, score=100, revision=3), open_report(TUESDAY))
    await nudging.take_in(report(TUESDAY, score=100, revision=2), open_report(WEDNESDAY))
    await nudging.pool.execute("UPDATE nudge SET send_at = $1", at(WEDNESDAY, "09:00"))
    return WEDNESDAY


@pytest.fixture
async def pool(nudges_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a schema of its own."""
    opened = await make_pool(nudges_database_url, schema=SCHEMA)
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
    metrics = NudgesMetrics(rules=RULES, channels=[channel.name])
    return Nudging(pool=pool, url=nudges_database_url, channel=channel, metrics=metrics)


@pytest.fixture
async def ana_managed(pool: asyncpg.Pool, rows: Rows) -> asyncpg.Pool:
    """Mara leads Ana, whose Tuesday is known."""
    await lead(pool, ANA)
    await rows.add_day(report(TUESDAY))
    return pool
