"""`python -m bench`: durable writes to JetStream by number of senders, and recording in Postgres by batch size.

`--share 0.1` does a tenth of the work. The other benchmarks are programs of their own:

- `bench.door`, `bench.stream`, `bench.nudge_reports`, `bench.latency`: from a webhook's POST to its nudge on the wire.
- `bench.stream.statements`: what one activity costs Postgres on this way. `bench.many_teams`: a large company.
- `bench.rescoring`, `bench.reprocessing`: days scored again, and stored webhooks read again.
- `bench.nudge_quality`: what people receive, and whether it is true; `bench.drop_detection`: the detector of drops by itself.
- `bench.effects`: what nudges do to the score of the next day.
"""

import argparse
import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.machine import describe_machine
from bench.scoring_database import open_empty_scoring
from deploy.database import DATABASE, ensure_database
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.record_activities import record_activities
from shared.clock import monotonic_s
from shared.fact_values import FactValue
from shared.jetstream.client import connect
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import provision
from shared.observation import ActivityId, Observation, SourceName, observation_id
from shared.service.logs import configure_logs
from tests.backends import Servers, running_servers

_WRITES: Final = 20_000
_SINGLE_SENDER_PART: Final = 8
"""A single sender waits for the disk after every message, so it sends only one part in so many."""
_SENDERS: Final = (1, 8, 64, 256)
_OBSERVATIONS: Final = 40_000
_BATCH_SIZES: Final = (100, 500, 1_000, 2_000)
_REPS: Final = 50
_START: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
_ROSTER: Final = "teams:\n  - id: t\n    name: T\n    reps:\n" + "".join(
    f'      - {{id: r{rep}, name: R, timezone: Europe/Madrid, identities: [{{source: acme, user: "{rep}"}}]}}\n'
    for rep in range(_REPS)
)
_PLAYBOOK: Final = (
    "team: t\neffective_from: 2026-01-01\nbehaviours:\n"
    "  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 10, weight: 1}\n"
)


async def measure_durable_writes(servers: Servers, *, count: int) -> None:
    """Store `count` messages in a stream that syncs every write to disk before it confirms, divided among the senders."""
    print("\nDurable writes to JetStream (sync_interval: always), in messages per second. Higher is better.")
    print("Senders at work at the same time share the syncs of the disk, so more senders should give a higher rate.")
    connection = await connect(servers.nats_url, name="bench")
    await provision(connection)
    async with Publisher(connection) as publisher:
        for senders in _SENDERS:
            per_sender = count // senders // (_SINGLE_SENDER_PART if senders == 1 else 1)
            started_s = monotonic_s()
            await asyncio.gather(*[_send(publisher, f"{senders}-{sender}", count=per_sender) for sender in range(senders)])
            rate = per_sender * senders / (monotonic_s() - started_s)
            print(f"  {senders:>4} {'sender' if senders == 1 else 'senders':<8}{rate:>9,.0f} messages/s")
    await connection.close()


async def _send(publisher: Publisher, sender: str, *, count: int) -> None:
    """Store messages one after the other, each after the previous one is confirmed."""
    for number in range(count):
        headers = {"Nats-Msg-Id": f"{sender}-{number}"}
        await publisher.store(Outgoing(subject="activity.observed.v1.bench", headers=headers, data=b"x" * 300))


async def measure_recording(servers: Servers, *, count: int) -> None:
    """Record `count` observations from memory, until the scores are committed, over one connection."""
    print("\nRecording observations in Postgres, two observations per activity, over one connection.")
    print("Good: many observations per second, and little CPU time of the Python process for each.")
    for batch_size in _BATCH_SIZES:
        pool, cache = await open_empty_scoring(servers, database=DATABASE, roster=_ROSTER, playbook=_PLAYBOOK, now=_START)
        events = list(_make_events(count))
        started_s, started_cpu_s = monotonic_s(), os.times().user
        for start in range(0, count, batch_size):
            await record_activities(pool, cache, events[start : start + batch_size], now=_START)
        taken_s, cpu_s = monotonic_s() - started_s, os.times().user - started_cpu_s
        print(
            f"  batches of {batch_size:>5,}: {count / taken_s:>9,.0f} observations/s, "
            f"{1e6 * cpu_s / count:>4.0f} µs of CPU per observation"
        )
        await pool.close()


def _make_events(count: int) -> Iterator[ObservedEvent]:
    """Two observations of each activity: that a call has started, and a minute later how it ended."""
    for number in range(count):
        activity, part = divmod(number, 2)
        at = _START + timedelta(seconds=activity % 30_000, minutes=part)
        facts: dict[str, FactValue] = {"actor": str(activity % _REPS)}
        facts |= {"duration_s": 90.0, "outcome": "connected"} if part else {"started_at": at.isoformat()}
        observation = Observation(activity_id=ActivityId(f"a{activity}"), kind="call", observed_at=at, facts=facts)
        event_id = observation_id("acme", observation)
        yield ObservedEvent(event_id=event_id, source=SourceName("acme"), observation=observation, is_history=True)


async def measure(*, share: float) -> None:
    """Start the servers and print both tables."""
    print(describe_machine())
    async with running_servers() as servers:
        await ensure_database(servers.admin_url)
        await measure_durable_writes(servers, count=round(_WRITES * share))
        await measure_recording(servers, count=round(_OBSERVATIONS * share))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how much of the work to do, at most 1")
    options = parser.parse_args()
    configure_logs("bench", level="WARNING")
    asyncio.run(measure(share=options.share))


if __name__ == "__main__":
    main()
