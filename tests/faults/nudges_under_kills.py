"""Two replicas of nudges at work, each of which is killed at random moments again and again.

`python -m tests.faults.nudges_under_kills` kills 200 times and prints what became of the nudges; `test_kills.py` runs a slice.
The receiver records every request. It may get a nudge twice only if the sender was killed between the receiver's response and
its own record of it.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from deploy.database import DATABASE, ensure_database
from deploy.local.servers.parent_process import terminate_with_parent
from deploy.local.servers.ports import find_free_ports
from deploy.local.settings import child_environment
from services.nudges.rules.catalogue import PRAISE
from shared.clock import SystemClock, monotonic_s
from shared.event_types import NUDGE_DECIDED
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import NUDGES, NUDGES_CONSUMER, SCORES, backlog, provision
from tests.backends import Servers, running_servers
from tests.faults.day_reports import make_day_reports
from tests.receiver import SECRET, Received, answer, receiving
from tests.running_daymark import ROOT

_SCHEMA: Final = "nudges"
_REPLICAS: Final = 2
_READY_TIMEOUT_S: Final = 60.0
_SETTLED_TIMEOUT_S: Final = 900.0
_WITHOUT_KILLS_S: Final = 15.0
_BETWEEN_KILLS_MAX_S: Final = 2.0
_EVENTS_MAX: Final = 2
"""A nudge that was deferred is published again when it is sent."""
RECORDED_MAX_S: Final = 5.0
"""Recording a delivery takes less, also on a busy machine."""
CONFIGURATION: Final = """\
[nats]
url = "{nats}"
monitor_url = "{monitor}"
[postgres]
url = "{postgres}"
[channels.webhook]
url = "{receiver}"
secrets = ["file:{folder}/secret"]
allow_networks = ["127.0.0.0/8"]
"""
_DELIVERIES: Final = """
SELECT n.id, n.person_id, n.rule, n.status, d.state, d.attempts
FROM nudge AS n LEFT JOIN delivery AS d ON d.nudge_id = n.id AND d.channel = 'webhook'
"""
_IN_FLIGHT: Final = """
SELECT EXISTS (SELECT FROM delivery WHERE state IN ('queued', 'sending')) OR EXISTS (SELECT FROM outbox)
    OR EXISTS (SELECT FROM nudge WHERE status = 'deferred' AND send_at < now() + interval '1 minute')
"""


@dataclass(kw_only=True)
class Ledger:
    """What was published, and what the receiver got. Times are seconds of this machine's monotonic clock."""

    reps: list[str] = field(default_factory=list)
    kills_s: list[float] = field(default_factory=list)
    receipts: dict[str, list[float]] = field(default_factory=dict)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)

    def receive(self, request: Received) -> bytes:
        self.receipts.setdefault(request.id, []).append(monotonic_s())
        self.bodies.setdefault(request.id, set()).add(request.body)
        return answer(204)

    def to_kill_s(self, received_s: float) -> float:
        """Seconds between a receipt and the nearest kill; infinite without one. What was sent before a kill may arrive after
        it."""
        return min((abs(kill_s - received_s) for kill_s in self.kills_s), default=float("inf"))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the nudges.

    `lost` holds reps whose day called for a nudge but who got none, and nudges that were sent but did not arrive. For each
    receipt after which a nudge was sent again, `repeated_s` has the seconds to the nearest kill: above `RECORDED_MAX_S` the
    receipt should have been recorded. `changed` holds nudges that were repeated with another body.
    """

    reps: int
    kills: int
    seconds: float
    statuses: dict[str, int]
    received: int
    lost: list[str]
    decided_twice: list[str]
    repeated_s: list[float]
    changed: list[str]

    @property
    def unexplained(self) -> int:
        """How many were sent again although no kill explains it."""
        return sum(to_kill_s > RECORDED_MAX_S for to_kill_s in self.repeated_s)


async def run(folder: Path, *, kills: int, seed: int, reports_per_s: int) -> Outcome:
    """Run everything in an empty folder."""
    rng, ledger, started_s = random.Random(seed), Ledger(), monotonic_s()
    async with running_servers() as servers, receiving() as receiver, _provisioned(servers) as connection:
        receiver.behave = ledger.receive
        configuration = CONFIGURATION.format(
            nats=servers.nats_url,
            monitor=servers.monitor_url,
            postgres=servers.postgres_url(role=_SCHEMA, database=DATABASE),
            receiver=receiver.url,
            folder=folder,
        )
        (folder / "daymark.toml").write_text(configuration)
        (folder / "secret").write_text(SECRET)
        replicas = [Replica(folder / f"nudges-{number}.log", find_free_ports(2)) for number in range(_REPLICAS)]
        try:
            await asyncio.gather(*[replica.start(folder) for replica in replicas])
            publishing = asyncio.create_task(publish_reports(connection, ledger, reports_per_s=reports_per_s))
            await asyncio.gather(
                *[
                    kill_repeatedly(replica, folder, ledger, kills=kills // _REPLICAS, rng=random.Random(rng.random()))
                    for replica in replicas
                ]
            )
            await asyncio.sleep(_WITHOUT_KILLS_S)  # so that repetitions without a kill would show
            publishing.cancel()
            await asyncio.wait({publishing})
            deliveries, decided = await wait_until_settled(servers, connection)
        finally:
            await asyncio.gather(*[replica.stop() for replica in replicas])
    return evaluate(ledger, deliveries, decided, seconds=monotonic_s() - started_s)


class Replica:
    """One process of nudges."""

    def __init__(self, log: Path, ports: Sequence[int]) -> None:
        self._log = log
        self._port, self._probes_port = ports
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, folder: Path) -> None:
        """Start the process, and return when it is ready."""
        ports = {"DAYMARK_NUDGES__PORT": str(self._port), "DAYMARK_NUDGES__PROBES_PORT": str(self._probes_port)}
        extra = {"DAYMARK_CONFIG": str(folder / "daymark.toml"), **ports}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "services.nudges"),
                cwd=ROOT,
                env=child_environment(extra),
                stderr=log,
                preexec_fn=terminate_with_parent(),
            )
        async with asyncio.timeout(_READY_TIMEOUT_S), httpx.AsyncClient(trust_env=False) as client:
            while not await self._is_ready(client):
                assert self._process.returncode is None, self._log.read_text()[-2_000:]
                await asyncio.sleep(0.02)

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"http://127.0.0.1:{self._probes_port}/readyz")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    async def kill(self) -> None:
        """Send SIGKILL."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()


async def publish_reports(connection: LeanClient, ledger: Ledger, *, reports_per_s: int) -> None:
    """Publish day reports of one rep after the other until cancelled."""
    async with Publisher(connection) as publisher:
        number, started_s = 0, monotonic_s()
        while True:
            rep, messages = make_day_reports(number, now=SystemClock().now())
            await publisher.store_all(messages)
            ledger.reps.append(rep)
            number += 1
            await asyncio.sleep(max(started_s + number / reports_per_s - monotonic_s(), 0))


async def kill_repeatedly(replica: Replica, folder: Path, ledger: Ledger, *, kills: int, rng: random.Random) -> None:
    """Kill the replica at random moments after it was ready, and start it again at once."""
    for _ in range(kills):
        await asyncio.sleep(rng.uniform(0, _BETWEEN_KILLS_MAX_S))
        ledger.kills_s.append(monotonic_s())
        await replica.kill()
        await replica.start(folder)


async def wait_until_settled(servers: Servers, connection: LeanClient) -> tuple[list[asyncpg.Record], list[tuple[str, str]]]:
    """Return once nothing is left to do: each nudge with its delivery by webhook, and the nudge's and the event's id of each
    `nudge.decided.v1`."""
    admin = await asyncpg.connect(servers.admin_url, database=DATABASE)
    await admin.execute(f"SET search_path TO {_SCHEMA}")
    async with asyncio.timeout(_SETTLED_TIMEOUT_S):
        while await backlog(connection, SCORES, NUDGES_CONSUMER) or await admin.fetchval(_IN_FLIGHT):
            await asyncio.sleep(0.1)
    deliveries = await admin.fetch(_DELIVERIES)
    await admin.close()
    return deliveries, await list_decisions(connection)


async def list_decisions(connection: LeanClient) -> list[tuple[str, str]]:
    """The ids of the nudge and of the event of each `nudge.decided.v1`."""
    jetstream, decisions = connection.jetstream(), []
    subscription = await jetstream.subscribe(NUDGE_DECIDED.name, stream=NUDGES, ordered_consumer=True)
    state = await jetstream.stream_info(NUDGES)
    last = state.state.last_seq
    while True:
        message = await subscription.next_msg(timeout=10)
        assert message.headers is not None
        decisions.append((json.loads(message.data)["id"], message.headers["ce-id"]))
        if message.metadata.num_pending == 0 or message.metadata.sequence.stream >= last:
            return decisions


@asynccontextmanager
async def _provisioned(servers: Servers) -> AsyncIterator[LeanClient]:
    await ensure_database(servers.admin_url, passwords=_passwords(servers))
    connection = await connect(servers.nats_url, name="test")
    await provision(connection)
    yield connection
    await connection.close()


def _passwords(servers: Servers) -> dict[str, str] | None:
    """The passwords of the roles, if the server requires any, as in containers."""
    url = httpx.URL(servers.postgres_url(role=_SCHEMA, database=DATABASE))
    return {_SCHEMA: url.password} if url.password else None


def evaluate(ledger: Ledger, deliveries: list[asyncpg.Record], decided: list[tuple[str, str]], *, seconds: float) -> Outcome:
    """Compare what was published with what was decided, delivered and received."""
    praised = {row["person_id"] for row in deliveries if row["rule"] in PRAISE}  # scheduled checks may add other nudges
    lost = [rep for rep in ledger.reps if rep not in praised]
    lost += [row["id"] for row in deliveries if row["status"] == "sent" and row["state"] != "delivered"]
    lost += [row["id"] for row in deliveries if row["state"] == "delivered" and row["id"] not in ledger.receipts]
    events = Counter(decided)
    events_per_nudge = Counter(nudge for nudge, _ in events)
    decided_twice = [nudge for (nudge, _), count in events.items() if count > 1]
    decided_twice += [nudge for nudge, count in events_per_nudge.items() if count > _EVENTS_MAX]
    return Outcome(
        reps=len(ledger.reps),
        kills=len(ledger.kills_s),
        seconds=seconds,
        statuses=dict(Counter(row["status"] for row in deliveries)),
        received=len(ledger.receipts),
        lost=lost,
        decided_twice=decided_twice,
        repeated_s=[ledger.to_kill_s(receipt_s) for receipts_s in ledger.receipts.values() for receipt_s in receipts_s[:-1]],
        changed=[nudge for nudge, bodies in ledger.bodies.items() if len(bodies) > 1],
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=20, help="day reports per second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daymark-") as folder:
        work = run(Path(folder), kills=arguments.kills, seed=arguments.seed, reports_per_s=arguments.rate)
        outcome = asyncio.run(work)
    farthest = f", at most {max(outcome.repeated_s) * 1e3:.0f} ms from a kill" if outcome.repeated_s else ""
    sys.stdout.write(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, seed {arguments.seed}: {outcome.kills} kills of {_REPLICAS} "
        f"replicas of nudges in {outcome.seconds:.0f} s, days of {outcome.reps} reps reported\n"
        f"nudges {outcome.statuses}; {outcome.received} received, {len(outcome.repeated_s)} of them again{farthest}\n"
        f"{len(outcome.lost)} lost, {len(outcome.decided_twice)} decided twice, {len(outcome.changed)} repeated with another "
        f"body, {outcome.unexplained} repeated without a kill\n"
    )
    return 1 if outcome.lost or outcome.decided_twice or outcome.changed or outcome.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
