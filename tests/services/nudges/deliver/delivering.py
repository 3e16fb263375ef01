"""Queued deliveries, a channel and a clock, for tests of delivery on a real database."""

from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import ChannelState, list_channel_states
from services.nudges.deliver.deliver_nudges import Deliverer, deliver_nudges
from services.nudges.deliver.deliveries import enqueue_deliveries
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock, SteppedClock
from shared.events import NudgeId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import make_rep
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.recorder import Recorder

LINKS = Links(base_url="http://pages", secret="signs links")


@dataclass
class Delivering:
    """One process that delivers through a channel, at a time that the test sets."""

    pool: asyncpg.Pool
    channel: Recorder
    metrics: NudgesMetrics
    now: datetime = NOON
    queued: int = field(default=0, init=False)

    async def queue(self, count: int = 1) -> None:
        """Queue so many nudges for the channel, each to another rep."""
        for number in range(self.queued, self.queued + count):
            nudge = make_nudge(f"nudge-{number:03}", person=make_rep(f"rep-{number}"), send_at=self.now)
            await Rows(self.pool).add_nudge(nudge)
            async with self.pool.acquire() as connection:
                await enqueue_deliveries(connection, nudge.id, [self.channel.name], now=self.now)
        self.queued += count

    def clock(self) -> SteppedClock:
        """A clock that stands at `now`."""
        return SteppedClock(self.now)

    def deliverer(self, channel: Channel | None = None, clock: Clock | None = None) -> Deliverer:
        """A deliverer that always waits as long as it may."""
        return Deliverer(
            pool=self.pool,
            channel=channel or self.channel,
            links=LINKS,
            metrics=self.metrics,
            clock=clock or self.clock(),
            jitter=lambda: 1.0,
        )

    async def deliver(self) -> int:
        """Attempt everything that is due. Returns the number of attempts."""
        return await deliver_nudges(self.deliverer(), count_max=50)

    async def states(self) -> list[tuple[str, int, str]]:
        """State, attempts and last error of every delivery, by nudge."""
        rows = await self.pool.fetch("SELECT state, attempts, last_error FROM delivery ORDER BY nudge_id, channel")
        return [tuple(row) for row in rows]

    async def channel_state(self) -> ChannelState:
        (state,) = await list_channel_states(self.pool, [self.channel.name], now=self.now)
        return state

    async def expire_leases(self) -> None:
        """As if every sender had been silent for longer than its lease."""
        await self.pool.execute("UPDATE delivery SET lease_until = clock_timestamp() - interval '1 second'")


def nudge_id(number: int) -> NudgeId:
    """The id of the nudge that was queued as this one, from 0."""
    return NudgeId(f"nudge-{number:03}")
