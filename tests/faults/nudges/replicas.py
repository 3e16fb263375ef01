"""Processes of nudges for a test to kill, and the servers that they need."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from deploy.database import DATABASE, ensure_database
from deploy.local.servers.parent_process import terminate_with_parent
from deploy.local.settings import child_environment
from shared.clock import SystemClock, monotonic_s
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import provision
from tests.backends import Servers
from tests.faults.nudges.day_reports import make_day_reports
from tests.faults.nudges.ledger import SCHEMA, Ledger
from tests.running_daymark import ROOT

_SERVERS: Final = """\
[nats]
url = "{nats}"
monitor_url = "{monitor}"
[postgres]
url = "{postgres}"
"""
_READY_TIMEOUT_S: Final = 60.0
_BETWEEN_KILLS_MAX_S: Final = 2.0


def servers_settings(servers: Servers) -> str:
    """The part of daymark.toml that says where the servers are."""
    postgres = servers.postgres_url(role=SCHEMA, database=DATABASE)
    return _SERVERS.format(nats=servers.nats_url, monitor=servers.monitor_url, postgres=postgres)


class Replica:
    """One process of nudges."""

    def __init__(self, log: Path, ports: Sequence[int]) -> None:
        self._log = log
        self._port, self._probes_port = ports
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

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


@asynccontextmanager
async def provisioned(servers: Servers) -> AsyncIterator[LeanClient]:
    await ensure_database(servers.admin_url, passwords=_passwords(servers))
    connection = await connect(servers.nats_url, name="test")
    await provision(connection)
    yield connection
    await connection.close()


def _passwords(servers: Servers) -> dict[str, str] | None:
    """The passwords of the roles, if the server requires any, as in containers."""
    url = httpx.URL(servers.postgres_url(role=SCHEMA, database=DATABASE))
    return {SCHEMA: url.password} if url.password else None
