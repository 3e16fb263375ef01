"""`python -m bench.stream`: from JetStream to committed and acknowledged, beside the way most would do it.

Beside scoring's own loop runs FastStream's batch subscriber, on the client of nats-py as it comes, with messages read into
models of pydantic and Python's own pace of garbage collection. It does the same work on the same tables: facts are merged and
days scored by the same functions, and written by one `executemany` a table and batch. `--events 5000000` goes on with ours
alone and prints its memory, which levels off when what is remembered of days has reached its bound.
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

from bench.stream_peer import Observed, record_rows
from deploy.database import DATABASE, ensure_database
from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.metrics import ScoringMetrics
from services.scoring.record.activity_consumer import ActivityConsumer
from services.scoring.store import MIGRATIONS, SCHEMA
from shared.clock import SystemClock, monotonic_s
from shared.events import ACTIVITY_OBSERVED, HISTORY_EXTENSION
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, backlog, provision
from shared.observation import FactValue, Observation, observation_id
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from shared.service.logs import configure_logs
from shared.service.process import collect_garbage_seldom
from shared.trace import continue_trace
from tests.backends import PASSWORD, Servers, running_servers

_PEER = "peer"
_GC_THRESHOLDS = gc.get_threshold()
_CHUNK = 100_000
_LOOK_EVERY_S = 0.02
"""A round takes seconds: so it is seen to end within a hundredth of them, and looking costs nothing that counts."""
_REPS = 200
_DAY = 10_000  # activities of all reps a day: 50 each
_START = datetime(2026, 3, 2, 8, tzinfo=UTC)
_ROSTER = "teams:\n  - id: t\n    name: T\n    reps:\n" + "".join(
    f'      - {{id: r{n}, name: R, timezone: UTC, identities: [{{source: bench, user: "{n}"}}]}}\n' for n in range(_REPS)
)
_PLAYBOOK = (
    "team: t\neffective_from: 2026-01-01\nbehaviours:\n"
    "  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 10, weight: 60}\n"
    "  - {key: talks, label: Talks, counts: {kinds: [call], outcomes: [connected]}, target: 5, weight: 40}\n"
)


def message(number: int) -> Outgoing:
    """The n-th observation: every activity comes in two pieces, some of them far apart."""
    activity, piece = (number // 2 + (number % 2) * 7, number % 2)
    at = _START + timedelta(seconds=activity % _DAY * 36_000 // _DAY, days=activity // _DAY)
    facts: dict[str, FactValue] = {"actor": str(activity % _REPS), "started_at": at.isoformat()}
    more: dict[str, FactValue] = {"duration_s": float(activity % 240), "outcome": "connected" if activity % 3 else "busy"}
    observation = Observation(
        activity_id=f"a{activity}", kind="call", observed_at=at + timedelta(minutes=piece), facts=more if piece else facts
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


async def until_done(connection: LeanClient, consumer: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> float:
    """How many seconds the work takes to finish what waits."""
    stopping = asyncio.Event()
    started_s = monotonic_s()
    working = asyncio.ensure_future(work(stopping))
    while await backlog(connection, ACTIVITIES, consumer):  # noqa: ASYNC110 - the broker tells only who asks
        await asyncio.sleep(_LOOK_EVERY_S)
    taken_s = monotonic_s() - started_s
    stopping.set()
    await working
    return taken_s


async def ours(connection: LeanClient, pool: asyncpg.Pool, cache: DefinitionsCache, batch_max: int) -> float:
    collect_garbage_seldom()  # as every service does
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
        return await until_done(connection, SCORING_CONSUMER, consumer.run)


async def theirs(
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
    async def record(batch: list[Observed], message: NatsMessage) -> None:
        seen = [
            (headers["ce-id"], one.observation(), one.source) for headers, one in zip(message.batch_headers, batch, strict=True)
        ]
        await record_rows(pool, cache, seen, now=_START)

    async def work(stopping: asyncio.Event) -> None:
        gc.unfreeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        await broker.start()
        await stopping.wait()
        await broker.stop()

    return await until_done(connection, _PEER, work)


async def _prepared(servers: Servers, database: str) -> tuple[asyncpg.Pool, DefinitionsCache]:
    pool = await make_pool(servers.postgres_url(role=SCHEMA, database=database), schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    cache = DefinitionsCache()
    await apply_roster(pool, cache, _ROSTER, file="bench", now=_START)
    await apply_playbooks(pool, cache, _PLAYBOOK, file="bench", now=_START)
    await pool.execute("TRUNCATE rescore")
    return pool, cache


async def compare(servers: Servers, events: int, more: int, batch_max: int) -> None:
    connection = await connect(servers.nats_url, name="bench")
    await provision(connection)
    await connection.jetstream().add_consumer(ACTIVITIES, durable_name=_PEER, ack_policy="explicit", max_ack_pending=10_000)
    pool, cache = await _prepared(servers, DATABASE)
    peer_pool, peer_cache = await _prepared(servers, _PEER)
    print(f"{events:,} observations from JetStream to committed and acknowledged, batches of {batch_max}, three rounds in turn")
    for round_number in range(3):
        await fill(connection, round_number * events, events)
        mine_s = await ours(connection, pool, cache, batch_max)
        peer_s = await theirs(servers, connection, peer_pool, peer_cache, batch_max)
        print(
            f"  own loop {events / mine_s:>8,.0f}/s   FastStream batch and executemany {events / peer_s:>8,.0f}/s   "
            f"{peer_s / mine_s:.1f} times"
        )
    process, done = psutil.Process(), 3 * events
    while done < more:
        await fill(connection, done, _CHUNK)
        taken_s = await ours(connection, pool, cache, batch_max)
        done += _CHUNK
        print(f"  {done:>10,} observations: {_CHUNK / taken_s:>8,.0f}/s, {process.memory_info().rss / 2**20:.0f} MiB of memory")
    await pool.close()
    await peer_pool.close()
    await disconnect(connection)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--round", type=int, default=60_000, help="observations a round")
    parser.add_argument("--events", type=int, default=0, help="go on with ours until so many observations")
    parser.add_argument("--batch", type=int, default=2_000, help="observations a batch, on both sides")
    chosen = parser.parse_args()
    configure_logs("bench", level="WARNING")
    async with running_servers() as servers:
        for database in (DATABASE, _PEER):
            await ensure_database(servers.admin_url, database=database, passwords={"scoring": PASSWORD, "nudges": PASSWORD})
        await compare(servers, chosen.round, chosen.events, chosen.batch)


if __name__ == "__main__":
    uvloop.run(main())
