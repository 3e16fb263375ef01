"""`python -m bench.stream`: observations a second from JetStream to committed and acknowledged, compared with the usual way.

The peer is FastStream's batch subscriber on an unmodified nats-py client, with pydantic models and Python's default garbage
collection. It does the same work on the same tables: the same functions merge facts and score days, and one `executemany` per
table and batch writes them. `--events 5000000` continues with scoring's own loop alone and prints its memory, which levels off
once the caches of days are full.
"""

import argparse
import asyncio
import gc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import psutil
import uvloop
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub

from bench.stream_peer import ObservedBody, PeerEvent, record_rows
from deploy.database import DATABASE, ensure_database
from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.metrics import ScoringMetrics
from services.scoring.record.activity_consumer import ActivityConsumer
from services.scoring.schema import MIGRATIONS, SCHEMA
from shared.clock import SystemClock, monotonic_s
from shared.event_types import ACTIVITY_OBSERVED
from shared.events import HISTORY_EXTENSION
from shared.fact_values import FactValue
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, backlog, provision
from shared.observation import ActivityId, Observation, SourceName, observation_id
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from shared.service.logs import configure_logs
from shared.service.process import collect_garbage_rarely
from shared.trace import continue_trace
from tests.backends import PASSWORD, Servers, running_servers

_PEER = "peer"
_GC_THRESHOLDS = gc.get_threshold()
_CHUNK = 100_000
_POLL_S = 0.02
"""A round takes seconds, so its end is seen within a hundredth of that, and polling costs nothing that matters."""
_REPS = 200
_PER_DAY = 10_000  # activities of all reps a day: 50 each
_START = datetime(2026, 3, 2, 8, tzinfo=UTC)
_ROSTER = "teams:\n  - id: t\n    name: T\n    reps:\n" + "".join(
    f'      - {{id: r{number}, name: R, timezone: UTC, identities: [{{source: bench, user: "{number}"}}]}}\n'
    for number in range(_REPS)
)
_PLAYBOOK = (
    "team: t\neffective_from: 2026-01-01\nbehaviours:\n"
    "  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 10, weight: 60}\n"
    "  - {key: talks, label: Talks, counts: {kinds: [call], outcomes: [connected]}, target: 5, weight: 40}\n"
)


def message(number: int) -> Outgoing:
    """The n-th observation. Every activity arrives in two pieces, some of them far apart."""
    activity, piece = (number // 2 + (number % 2) * 7, number % 2)
    at = _START + timedelta(seconds=activity % _PER_DAY * 36_000 // _PER_DAY, days=activity // _PER_DAY)
    facts: dict[str, FactValue] = {"actor": str(activity % _REPS), "started_at": at.isoformat()}
    more: dict[str, FactValue] = {"duration_s": float(activity % 240), "outcome": "connected" if activity % 3 else "busy"}
    observation = Observation(
        activity_id=ActivityId(f"a{activity}"),
        kind="call",
        observed_at=at + timedelta(minutes=piece),
        facts=more if piece else facts,
    )
    event_id = observation_id("bench", observation)
    data = msgspec.json.encode({"source": "bench"} | msgspec.to_builtins(observation))
    headers = event_headers(
        event_id=event_id,
        event_type=ACTIVITY_OBSERVED,
        source="/ingest/bench",
        subject=observation.activity_id,
        time=_START,
        traceparent=continue_trace(None),
        extensions={HISTORY_EXTENSION: "true"},
    )
    return Outgoing(subject=f"{ACTIVITY_OBSERVED}.bench", headers=headers, data=data)


async def fill(connection: LeanClient, first: int, count: int) -> None:
    async with Publisher(connection) as publisher:
        for start in range(first, first + count, 1_000):
            await publisher.store_all([message(number) for number in range(start, min(start + 1_000, first + count))])


async def measure_s(connection: LeanClient, consumer: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> float:
    """How many seconds the work takes to finish the backlog of the consumer."""
    stopping = asyncio.Event()
    started_s = monotonic_s()
    working = asyncio.ensure_future(work(stopping))
    while await backlog(connection, ACTIVITIES, consumer):  # noqa: ASYNC110 - the broker tells only who asks
        await asyncio.sleep(_POLL_S)
    taken_s = monotonic_s() - started_s
    stopping.set()
    await working
    return taken_s


async def run_own_loop(connection: LeanClient, pool: asyncpg.Pool, cache: DefinitionsCache, batch_max: int) -> float:
    collect_garbage_rarely()  # as every service does
    async with Publisher(connection) as dead_letters:
        consumer = ActivityConsumer(
            connection,
            pool,
            cache,
            dead_letters,
            SystemClock(),
            ScoringMetrics(),
            batch_max=batch_max,
            on_recorded=lambda: None,
        )
        return await measure_s(connection, SCORING_CONSUMER, consumer.run)


async def run_peer(
    servers: Servers, connection: LeanClient, pool: asyncpg.Pool, cache: DefinitionsCache, batch_max: int
) -> float:
    broker = NatsBroker(servers.nats_url, max_reconnect_attempts=-1, logger=None)

    @broker.subscriber(
        f"{ACTIVITY_OBSERVED}.*",
        stream=JStream(ACTIVITIES, declare=False),
        durable=_PEER,
        pull_sub=PullSub(batch_size=batch_max, batch=True, timeout=0.25),
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def record(batch: list[ObservedBody], message: NatsMessage) -> None:
        events = [
            PeerEvent(headers["ce-id"], body.observation(), SourceName(body.source))
            for headers, body in zip(message.batch_headers, batch, strict=True)
        ]
        await record_rows(pool, cache, events, now=_START)

    async def work(stopping: asyncio.Event) -> None:
        gc.unfreeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        await broker.start()
        await stopping.wait()
        await broker.stop()

    return await measure_s(connection, _PEER, work)


async def _prepared(servers: Servers, database: str) -> tuple[asyncpg.Pool, DefinitionsCache]:
    pool = await make_pool(servers.postgres_url(role=SCHEMA, database=database), schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    cache = DefinitionsCache()
    await apply_roster(pool, cache, _ROSTER, file="bench", now=_START)
    await apply_playbooks(pool, cache, _PLAYBOOK, file="bench", now=_START)
    await pool.execute("TRUNCATE pending_rescore")
    return pool, cache


async def compare(servers: Servers, round_size: int, events_max: int, batch_max: int) -> None:
    connection = await connect(servers.nats_url, name="bench")
    await provision(connection)
    await connection.jetstream().add_consumer(ACTIVITIES, durable_name=_PEER, ack_policy="explicit", max_ack_pending=10_000)
    pool, cache = await _prepared(servers, DATABASE)
    peer_pool, peer_cache = await _prepared(servers, _PEER)
    print(f"{round_size:,} observations from JetStream to committed and acknowledged, in batches of {batch_max}, three rounds")
    for round_number in range(3):
        await fill(connection, round_number * round_size, round_size)
        own_s = await run_own_loop(connection, pool, cache, batch_max)
        peer_s = await run_peer(servers, connection, peer_pool, peer_cache, batch_max)
        print(
            f"  own loop {round_size / own_s:>8,.0f}/s   FastStream batch and executemany {round_size / peer_s:>8,.0f}/s   "
            f"{peer_s / own_s:.1f} times"
        )
    process, done = psutil.Process(), 3 * round_size
    while done < events_max:
        await fill(connection, done, _CHUNK)
        taken_s = await run_own_loop(connection, pool, cache, batch_max)
        done += _CHUNK
        print(f"  {done:>10,} observations: {_CHUNK / taken_s:>8,.0f}/s, {process.memory_info().rss / 2**20:.0f} MiB of memory")
    await pool.close()
    await peer_pool.close()
    await disconnect(connection)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--round", type=int, default=60_000, help="observations per round")
    parser.add_argument("--events", type=int, default=0, help="continue with our own loop up to so many observations")
    parser.add_argument("--batch", type=int, default=2_000, help="observations per batch, on both sides")
    options = parser.parse_args()
    configure_logs("bench", level="WARNING")
    async with running_servers() as servers:
        for database in (DATABASE, _PEER):
            await ensure_database(servers.admin_url, database=database, passwords={"scoring": PASSWORD, "nudges": PASSWORD})
        await compare(servers, options.round, options.events, options.batch)


if __name__ == "__main__":
    uvloop.run(main())
