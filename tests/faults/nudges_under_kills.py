"""Two replicas of nudges at work, each of which is killed at random moments again and again.

`python -m tests.faults.nudges_under_kills` does so 200 times and prints what became of the nudges; `test_kills.py` runs a
slice. Every receipt is kept: a nudge that the receiver took twice must be one whose sender was killed between the receiver's
yes and its own record of it.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx
from nats.aio.client import Client

from deploy.database import DATABASE, ensure_database
from deploy.local.servers.parent_process import end_with_parent
from deploy.local.servers.ports import find_free_ports
from deploy.local.settings import child_environment
from services.nudges.rules import ON_CHANGE
from services.nudges.store import SCHEMA
from shared.clock import SystemClock, monotonic_s
from shared.events import NUDGE_DECIDED
from shared.jetstream.client import connect
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import NUDGES, NUDGES_CONSUMER, SCORES, backlog, provision
from tests.backends import Servers, running_servers
from tests.faults.days_at_work import day_reports
from tests.running_daymark import ROOT
from tests.receiver import SECRET, Received, answer, receiving

_REPLICAS: Final = 2
_READY_S: Final = 60.0
_SETTLED_S: Final = 900.0
_QUIET_S: Final = 15.0
_BETWEEN_KILLS_S: Final = 2.0
RECORDED_S: Final = 5.0
"""Longer than recording a yes takes, also on a busy machine."""
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
_STATES: Final = """
SELECT n.id, n.person_id, n.rule, n.status, d.state, d.attempts
FROM nudge AS n LEFT JOIN delivery AS d ON d.nudge_id = n.id AND d.channel = 'webhook'
"""
_UNDER_WAY: Final = """
SELECT EXISTS (SELECT FROM delivery WHERE state IN ('queued', 'sending')) OR EXISTS (SELECT FROM outbox)
    OR EXISTS (SELECT FROM nudge WHERE status = 'held' AND send_at < now() + interval '1 minute')
"""


@dataclass(kw_only=True)
class Ledger:
    """What was done, and what the receiver saw: times on this machine's monotonic clock, in seconds."""

    reps: list[str] = field(default_factory=list)
    kills_s: list[float] = field(default_factory=list)
    receipts: dict[str, list[float]] = field(default_factory=dict)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)

    def receive(self, request: Received) -> bytes:
        self.receipts.setdefault(request.id, []).append(monotonic_s())
        self.bodies.setdefault(request.id, set()).add(request.body)
        return answer(204)

    def to_kill_s(self, taken_s: float) -> float:
        """How far from a receipt the nearest kill was; infinite if there was none. What a process sent before it died may be
        taken after."""
        return min((abs(kill_s - taken_s) for kill_s in self.kills_s), default=float("inf"))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`lost` are reps whose day called for a nudge and got none, and nudges that were sent and did not arrive; `twice` are
    nudges that were decided twice; `repeated_s` says, for each yes after which a nudge was sent again, how far from
    it the nearest kill was. Further than `RECORDED_S` it would have been recorded: that is a fault."""

    reps: int
    kills: int
    seconds: float
    statuses: dict[str, int]
    taken: int
    lost: list[str]
    twice: list[str]
    repeated_s: list[float]
    changed: list[str]

    @property
    def unexplained(self) -> int:
        """How many were sent again although nobody was killed in time."""
        return sum(to_kill_s > RECORDED_S for to_kill_s in self.repeated_s)


async def run(folder: Path, *, kills: int, seed: int, a_second: int) -> Outcome:
    """Do it all in an empty folder."""
    chance, ledger, started_s = random.Random(seed), Ledger(), monotonic_s()
    async with running_servers() as servers, receiving() as receiver, _provisioned(servers) as connection:
        receiver.behave = ledger.receive
        configuration = CONFIGURATION.format(
            nats=servers.nats_url,
            monitor=servers.monitor_url,
            postgres=servers.postgres_url(role=SCHEMA, database=DATABASE),
            receiver=receiver.url,
            folder=folder,
        )
        (folder / "daymark.toml").write_text(configuration)
        (folder / "secret").write_text(SECRET)
        replicas = [Replica(folder / f"nudges-{number}.log", port) for number, port in enumerate(find_free_ports(_REPLICAS))]
        try:
            await asyncio.gather(*[replica.start(folder) for replica in replicas])
            loading = asyncio.create_task(load(connection, ledger, a_second=a_second))
            await asyncio.gather(
                *[kill(replica, folder, ledger, kills // _REPLICAS, random.Random(chance.random())) for replica in replicas]
            )
            await asyncio.sleep(_QUIET_S)  # a while in which nobody dies, so that what repeats by itself would show
            loading.cancel()
            await asyncio.wait({loading})
            states, decided = await settled(servers, connection)
        finally:
            await asyncio.gather(*[replica.stop() for replica in replicas])
    return judged(ledger, states, decided, seconds=monotonic_s() - started_s)


class Replica:
    """One process of nudges."""

    def __init__(self, log: Path, port: int) -> None:
        self._log = log
        self._port = port
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, folder: Path) -> None:
        """Return when it is ready."""
        extra = {"DAYMARK_CONFIG": str(folder / "daymark.toml"), "DAYMARK_NUDGES__PORT": str(self._port)}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "services.nudges"),
                cwd=ROOT,
                env=child_environment(extra),
                stderr=log,
                preexec_fn=end_with_parent,
            )
        async with asyncio.timeout(_READY_S), httpx.AsyncClient(trust_env=False) as client:
            while not await self._is_ready(client):
                assert self._process.returncode is None, self._log.read_text()[-2_000:]
                await asyncio.sleep(0.02)

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"http://127.0.0.1:{self._port}/readyz")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    async def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()


async def load(connection: Client, ledger: Ledger, *, a_second: int) -> None:
    """Publish a day on which the plan is done, of another rep each time, until cancelled; every fifth is said twice."""
    async with Publisher(connection) as publisher:
        number, begun_s = 0, monotonic_s()
        while True:
            rep, messages = day_reports(number, now=SystemClock().now())
            await publisher.store_all(messages)
            ledger.reps.append(rep)
            number += 1
            await asyncio.sleep(max(begun_s + number / a_second - monotonic_s(), 0))


async def kill(replica: Replica, folder: Path, ledger: Ledger, times: int, chance: random.Random) -> None:
    """Kill it so many times, each at a random moment after it was ready, and start it again at once."""
    for _ in range(times):
        await asyncio.sleep(chance.uniform(0, _BETWEEN_KILLS_S))
        ledger.kills_s.append(monotonic_s())
        await replica.kill()
        await replica.start(folder)


async def settled(servers: Servers, connection: Client) -> tuple[list[asyncpg.Record], list[tuple[str, str]]]:
    """When there is nothing left to do: each nudge with its delivery by webhook, and the id of the nudge and of the event of
    each `nudge.decided.v1`."""
    admin = await asyncpg.connect(servers.admin_url, database=DATABASE)
    await admin.execute(f"SET search_path TO {SCHEMA}")
    async with asyncio.timeout(_SETTLED_S):
        while await backlog(connection, SCORES, NUDGES_CONSUMER) or await admin.fetchval(_UNDER_WAY):
            await asyncio.sleep(0.1)
    states = await admin.fetch(_STATES)
    await admin.close()
    return states, await decisions(connection)


async def decisions(connection: Client) -> list[tuple[str, str]]:
    """Everything that was announced as decided."""
    jetstream, found = connection.jetstream(), []
    subscription = await jetstream.subscribe(NUDGE_DECIDED, stream=NUDGES, ordered_consumer=True)
    state = await jetstream.stream_info(NUDGES)
    last = state.state.last_seq
    while True:
        message = await subscription.next_msg(timeout=10)
        assert message.headers is not None
        found.append((json.loads(message.data)["id"], message.headers["ce-id"]))
        if message.metadata.num_pending == 0 or message.metadata.sequence.stream >= last:
            return found


@asynccontextmanager
async def _provisioned(servers: Servers) -> AsyncIterator[Client]:
    await ensure_database(servers.admin_url, passwords=_passwords(servers))
    connection = await connect(servers.nats_url, name="test")
    await provision(connection)
    yield connection
    await connection.close()


def _passwords(servers: Servers) -> dict[str, str] | None:
    """Where the server asks for them, as in containers."""
    url = httpx.URL(servers.postgres_url(role=SCHEMA, database=DATABASE))
    return {SCHEMA: url.password} if url.password else None


def judged(ledger: Ledger, states: list[asyncpg.Record], decided: list[tuple[str, str]], *, seconds: float) -> Outcome:
    """What the books come to."""
    spoken_to = {row["person_id"] for row in states if row["rule"] in ON_CHANGE}  # whatever else a look at the day brings
    lost = [rep for rep in ledger.reps if rep not in spoken_to]
    lost += [row["id"] for row in states if row["status"] == "sent" and row["state"] != "delivered"]
    lost += [row["id"] for row in states if row["state"] == "delivered" and row["id"] not in ledger.receipts]
    events = Counter(decided)
    per_nudge = Counter(nudge for nudge, _ in events)
    most = 2  # one that was held is announced again when it goes out
    twice = [nudge for (nudge, _), count in events.items() if count > 1] + [n for n, count in per_nudge.items() if count > most]
    return Outcome(
        reps=len(ledger.reps),
        kills=len(ledger.kills_s),
        seconds=seconds,
        statuses=dict(Counter(row["status"] for row in states)),
        taken=len(ledger.receipts),
        lost=lost,
        twice=twice,
        repeated_s=[ledger.to_kill_s(taken) for times in ledger.receipts.values() for taken in times[:-1]],
        changed=[nudge for nudge, bodies in ledger.bodies.items() if len(bodies) > 1],
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=20, help="days reported a second")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        outcome = asyncio.run(run(Path(name), kills=given.kills, seed=given.seed, a_second=given.rate))
    repeated = f", at most {max(outcome.repeated_s) * 1e3:.0f} ms from a kill" if outcome.repeated_s else ""
    sys.stdout.write(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, seed {given.seed}: {outcome.kills} kills of {_REPLICAS} "
        f"replicas of nudges in {outcome.seconds:.0f} s, {outcome.reps} days reported\n"
        f"nudges {outcome.statuses}; {outcome.taken} taken by the receiver, {len(outcome.repeated_s)} of them again{repeated}\n"
        f"{len(outcome.lost)} lost, {len(outcome.twice)} decided twice, {len(outcome.changed)} repeated with another body, "
        f"{outcome.unexplained} repeated without a kill\n"
    )
    return 1 if outcome.lost or outcome.twice or outcome.changed or outcome.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
