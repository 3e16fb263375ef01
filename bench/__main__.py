"""`make bench`: what one durable write costs alone and shared, and how fast scoring records, by size of batch."""

import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import asyncpg

from deploy.database import DATABASE, ensure_database
from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.record_activities import record_activities
from services.scoring.schema import MIGRATIONS, SCHEMA
from shared.clock import monotonic_s
from shared.fact_values import FactValue
from shared.jetstream.client import connect
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import provision
from shared.observation import ActivityId, Observation, SourceName, observation_id
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.backends import Servers, running_servers

_REPS = 50
_START = datetime(2026, 3, 2, 8, tzinfo=UTC)
_ROSTER = "teams:\n  - id: t\n    name: T\n    reps:\n" + "".join(
    f'      - {{id: r{number}, name: R, timezone: Europe/Madrid, identities: [{{source: acme, user: "{number}"}}]}}\n'
    for number in range(_REPS)
)
_PLAYBOOK = (
    "team: t\neffective_from: 2026-01-01\nbehaviours:\n"
    "  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 10, weight: 1}\n"
)


async def durable_writes(servers: Servers, *, count: int) -> None:
    """Messages a second into a stream that syncs every write: one at a time, and as many senders share."""
    connection = await connect(servers.nats_url, name="bench")
    await provision(connection)
    print("durable writes to JetStream (sync_interval: always)")
    async with Publisher(connection) as publisher:
        for senders in (1, 8, 64, 256):
            started_s = monotonic_s()
            shares = [count // senders // (8 if senders == 1 else 1)] * senders

            async def send(share: int, name: str) -> None:
                for number in range(share):
                    headers = {"Nats-Msg-Id": f"{name}-{number}"}
                    await publisher.store(Outgoing(subject="activity.observed.v1.bench", headers=headers, data=b"x" * 300))

            await asyncio.gather(*[send(share, f"{senders}-{number}") for number, share in enumerate(shares)])
            print(f"  {senders:>4} senders: {sum(shares) / (monotonic_s() - started_s):>9,.0f} messages/s")
    await connection.close()


async def recording(servers: Servers, *, count: int) -> None:
    """Observations a second from arrays in memory to committed scores, one connection, by size of batch."""
    print("recording observations in Postgres (two pieces per activity)")
    for size in (100, 500, 1_000, 2_000):
        admin = await asyncpg.connect(servers.admin_url, database=DATABASE)
        await admin.execute(f"DROP SCHEMA {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA} AUTHORIZATION {SCHEMA}")
        await admin.close()
        pool = await make_pool(servers.postgres_url(role=SCHEMA, database=DATABASE), schema=SCHEMA)
        await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
        cache = DefinitionsCache()
        await apply_roster(pool, cache, _ROSTER, file="bench", now=_START)
        await apply_playbooks(pool, cache, _PLAYBOOK, file="bench", now=_START)
        events = list(_observed(count))
        started_s, started_cpu_s = monotonic_s(), os.times().user
        for start in range(0, count, size):
            await record_activities(pool, cache, events[start : start + size], now=_START)
        seconds, cpu_s = monotonic_s() - started_s, os.times().user - started_cpu_s
        print(
            f"  {size:>5} per batch: {count / seconds:>9,.0f} observations/s, {1e6 * cpu_s / count:.0f} us of our own CPU each"
        )
        await pool.close()


def _observed(count: int) -> Iterator[ObservedEvent]:
    for number in range(count):
        activity, piece = divmod(number, 2)
        at = _START + timedelta(seconds=activity % 30_000, minutes=piece)
        facts: dict[str, FactValue] = {"actor": str(activity % _REPS)}
        more: dict[str, FactValue] = {"duration_s": 90.0, "outcome": "connected"} if piece else {"started_at": at.isoformat()}
        observation = Observation(activity_id=ActivityId(f"a{activity}"), kind="call", observed_at=at, facts=facts | more)
        event_id = observation_id("acme", observation)
        yield ObservedEvent(event_id=event_id, source=SourceName("acme"), observation=observation, is_history=True)


async def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    async with running_servers() as servers:
        await ensure_database(servers.admin_url)
        await durable_writes(servers, count=20_000)
        await recording(servers, count=40_000)


if __name__ == "__main__":
    asyncio.run(main())
