"""`python -m bench.stream`: observations per second from JetStream to committed and acknowledged, against FastStream.

Both sides do the same work on the same tables and use the same functions to merge facts and to score days. The peer is
FastStream's batch subscriber on an unmodified nats-py client. It uses pydantic models and Python's default garbage collection,
and writes each batch with one `executemany` per table.

`--events 5000000` continues with scoring's own loop alone and prints its memory, which stops growing once the caches of days
are full.
"""

import argparse
import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import msgspec
import psutil
import uvloop
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub

from bench.machine import describe_machine
from bench.scoring_database import open_empty_scoring
from bench.stream.peer import ObservedBody, PeerEvent, record_rows
from deploy.database import DATABASE, ensure_database
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.metrics import ScoringMetrics
from services.scoring.record.activity_consumer import ActivityConsumer
from shared.clock import SystemClock, monotonic_s
from shared.event_types import ACTIVITY_OBSERVED, HISTORY_EXTENSION
from shared.fact_values import FactValue
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, backlog, provision
from shared.observation import ActivityId, Observation, SourceName, observation_id
from shared.service.logs import configure_logs
from shared.service.process import collect_garbage_rarely
from shared.trace import continue_trace
from tests.backends import PASSWORD, Servers, running_servers

_PEER: Final = "peer"
"""The name of the peer's consumer and of its database."""
_GC_THRESHOLDS: Final = gc.get_threshold()
_ROUNDS: Final = 3
_PUBLISHED_TOGETHER: Final = 1_000
_MEMORY_SAMPLE_EVENTS: Final = 100_000
_POLL_S: Final = 0.02
"""A round takes seconds, so polling delays its end by less than a hundredth and costs next to nothing."""
_REPS: Final = 200
_ACTIVITIES_PER_DAY: Final = 10_000
"""Of all reps together: 50 each."""
_DAY_S: Final = 36_000
_LATE_NOTE: Final = "  (not comparable: the peer lost messages and waited 30 s for them)"
"""On a busy machine some messages never reach the peer's handler: its pull has timed out when they arrive. JetStream sends them
again once they have not been acknowledged for 30 s."""
_START: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
_ROSTER: Final = "teams:\n  - id: t\n    name: T\n    reps:\n" + "".join(
    f'      - {{id: r{rep}, name: R, timezone: UTC, identities: [{{source: bench, user: "{rep}"}}]}}\n' for rep in range(_REPS)
)
_PLAYBOOK: Final = (
    "team: t\neffective_from: 2026-01-01\nbehaviours:\n"
    "  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 10, weight: 60}\n"
    "  - {key: talks, label: Talks, counts: {kinds: [call], outcomes: [connected]}, target: 5, weight: 40}\n"
)


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """A connection to JetStream and a database of scoring, which one side of the comparison works on."""

    connection: LeanClient
    pool: asyncpg.Pool
    cache: DefinitionsCache


def make_message(number: int) -> Outgoing:
    """One observation. Each activity has two; the numbers of the two are 13 apart."""
    activity, part = (number // 2 + (number % 2) * 7, number % 2)
    day, place_in_day = divmod(activity, _ACTIVITIES_PER_DAY)
    at = _START + timedelta(seconds=place_in_day * _DAY_S // _ACTIVITIES_PER_DAY, days=day)
    started: dict[str, FactValue] = {"actor": str(activity % _REPS), "started_at": at.isoformat()}
    ended: dict[str, FactValue] = {"duration_s": float(activity % 240), "outcome": "connected" if activity % 3 else "busy"}
    observation = Observation(
        activity_id=ActivityId(f"a{activity}"),
        kind="call",
        observed_at=at + timedelta(minutes=part),
        facts=ended if part else started,
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


async def publish_messages(connection: LeanClient, *, first: int, count: int) -> None:
    """Store the messages with the numbers from `first` on."""
    async with Publisher(connection) as publisher:
        for start in range(first, first + count, _PUBLISHED_TOGETHER):
            stop = min(start + _PUBLISHED_TOGETHER, first + count)
            await publisher.store_all([make_message(number) for number in range(start, stop)])


async def time_backlog_s(connection: LeanClient, consumer: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> float:
    """Run `work` until the consumer has no message left, and return how many seconds that took."""
    stopping = asyncio.Event()
    started_s = monotonic_s()
    working = asyncio.ensure_future(work(stopping))
    while await backlog(connection, ACTIVITIES, consumer):  # noqa: ASYNC110 - JetStream does not announce an empty backlog
        await asyncio.sleep(_POLL_S)
    taken_s = monotonic_s() - started_s
    stopping.set()
    await working
    return taken_s


async def time_own_loop_s(scoring: Scoring, *, batch_max: int) -> float:
    collect_garbage_rarely()  # as every service does
    async with Publisher(scoring.connection) as dead_letters:
        consumer = ActivityConsumer(
            scoring.connection,
            scoring.pool,
            scoring.cache,
            dead_letters,
            SystemClock(),
            ScoringMetrics(),
            batch_max=batch_max,
            on_recorded=lambda _: None,
        )
        return await time_backlog_s(scoring.connection, SCORING_CONSUMER, consumer.run)


async def time_peer_s(nats_url: str, scoring: Scoring, *, batch_max: int) -> float:
    broker = NatsBroker(nats_url, max_reconnect_attempts=-1, logger=None)

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
        await record_rows(scoring.pool, scoring.cache, events, now=_START)

    async def work(stopping: asyncio.Event) -> None:
        gc.unfreeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        await broker.start()
        await stopping.wait()
        await broker.stop()

    return await time_backlog_s(scoring.connection, _PEER, work)


async def compare(nats_url: str, own: Scoring, peer: Scoring, *, round_size: int, batch_max: int) -> None:
    """Both sides consume the same messages, one side after the other, in three rounds."""
    print(
        f"\n{round_size:,} observations from JetStream to committed in Postgres and acknowledged, in batches of up to "
        f"{batch_max:,}; {_ROUNDS} rounds."
    )
    print("Observations per second, higher is better. A ratio above 1 means that Daymark's own loop is faster.")
    print(f"  {'':<8}{'own loop':>12}{'FastStream, executemany':>26}{'ratio':>8}")
    redelivered_before = 0
    for number in range(_ROUNDS):
        await publish_messages(own.connection, first=number * round_size, count=round_size)
        own_s = await time_own_loop_s(own, batch_max=batch_max)
        peer_s = await time_peer_s(nats_url, peer, batch_max=batch_max)
        rates = f"{f'{round_size / own_s:,.0f}/s':>12}{f'{round_size / peer_s:,.0f}/s':>26}"
        redelivered = await _count_redelivered(peer.connection)
        print(
            f"  round {number + 1:<2}{rates}{peer_s / own_s:>8.1f}{_LATE_NOTE if redelivered > redelivered_before else ''}",
            flush=True,
        )
        redelivered_before = redelivered


async def _count_redelivered(connection: LeanClient) -> int:
    """How many messages the peer has received more than once so far."""
    delivered = (await connection.jetstream().consumer_info(ACTIVITIES, _PEER)).delivered
    assert delivered is not None
    return int(delivered.consumer_seq - delivered.stream_seq)


async def continue_own_loop(own: Scoring, *, done: int, events_max: int, batch_max: int) -> None:
    """Consume more observations with Daymark's own loop alone, and print the memory of this process after each part."""
    process = psutil.Process()
    print("\nDaymark's own loop alone. Good: the rate stays the same, and the memory stops growing.")
    while done < events_max:
        await publish_messages(own.connection, first=done, count=_MEMORY_SAMPLE_EVENTS)
        taken_s = await time_own_loop_s(own, batch_max=batch_max)
        done += _MEMORY_SAMPLE_EVENTS
        rate, memory_mib = _MEMORY_SAMPLE_EVENTS / taken_s, process.memory_info().rss / 2**20
        print(f"  {done:>10,} observations: {rate:>8,.0f}/s, {memory_mib:,.0f} MiB of memory", flush=True)


async def _prepare(servers: Servers, connection: LeanClient, *, database: str) -> Scoring:
    await ensure_database(servers.admin_url, database=database, passwords={"scoring": PASSWORD, "nudges": PASSWORD})
    pool, cache = await open_empty_scoring(servers, database=database, roster=_ROSTER, playbook=_PLAYBOOK, now=_START)
    await pool.execute("TRUNCATE pending_rescore")
    return Scoring(connection=connection, pool=pool, cache=cache)


async def measure(*, round_size: int, events_max: int, batch_max: int) -> None:
    """Start the servers, compare both sides, and continue with Daymark's own loop up to `events_max` observations."""
    print(describe_machine())
    async with running_servers() as servers:
        connection = await connect(servers.nats_url, name="bench")
        await provision(connection)
        await connection.jetstream().add_consumer(ACTIVITIES, durable_name=_PEER, ack_policy="explicit", max_ack_pending=10_000)
        own, peer = [await _prepare(servers, connection, database=database) for database in (DATABASE, _PEER)]
        await compare(servers.nats_url, own, peer, round_size=round_size, batch_max=batch_max)
        if events_max > _ROUNDS * round_size:
            await continue_own_loop(own, done=_ROUNDS * round_size, events_max=events_max, batch_max=batch_max)
        await own.pool.close()
        await peer.pool.close()
        await disconnect(connection)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--round", type=int, default=60_000, help="observations per round")
    parser.add_argument("--events", type=int, default=0, help="continue with Daymark's own loop up to so many observations")
    parser.add_argument("--batch", type=int, default=2_000, help="observations per batch, on both sides")
    options = parser.parse_args()
    configure_logs("bench", level="WARNING")
    uvloop.run(measure(round_size=options.round, events_max=options.events, batch_max=options.batch))


if __name__ == "__main__":
    main()
