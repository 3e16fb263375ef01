"""The servers of the tests: from their wheels with `TEST_BACKEND=embedded` (the default), or on Docker with `containers`.

With `given`, Postgres runs already at `TEST_POSTGRES_URL`, which spares short runs its start.

The broker has an account for each test. Deleting and creating the same stream again would not work: nats-server removes its
files in the background, so a stream that is deleted twice in a row cannot be created, or still has its messages.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import find_free_ports
from deploy.local.servers.postgres_server import PostgresServer

NATS_IMAGE = "nats:2.15-alpine"
POSTGRES_IMAGE = "postgres:18"
PASSWORD = "only-for-tests"
ACCOUNTS = 1_000
_MEMORY_MIN_BYTES = 4 * 2**30
_ACCOUNTS_CONFIGURATION = (
    "no_auth_user: free\naccounts {\n  FREE { jetstream: enabled, users: [{user: free, password: none}] }\n"
    + "".join(
        f"  T{number} {{ jetstream: enabled, users: [{{user: t{number}, password: {PASSWORD}}}] }}\n"
        for number in range(ACCOUNTS)
    )
    + "}\n"
)


@dataclass(frozen=True, kw_only=True)
class Servers:
    """The URLs of the servers. `admin_url` names a superuser and the database `postgres`."""

    nats_url: str
    monitor_url: str
    admin_url: str

    def nats_account_url(self, number: int) -> str:
        """The URL of an account that shares nothing with the others. `nats_url` uses yet another account."""
        parts = urlsplit(self.nats_url)
        return urlunsplit(parts._replace(netloc=f"t{number}:{PASSWORD}@{parts.netloc}"))

    def postgres_url(self, *, role: str, database: str) -> str:
        parts = urlsplit(self.admin_url)
        host = parts.netloc.rpartition("@")[2]
        password = f":{PASSWORD}" if host else ""
        return urlunsplit(parts._replace(netloc=f"{role}{password}@{host}", path=f"/{database}"))


@asynccontextmanager
async def running_servers(*, with_nats: bool = True) -> AsyncIterator[Servers]:
    """Without NATS, its URLs are empty and only the start of a Postgres is waited for."""
    backend = os.environ.get("TEST_BACKEND", "embedded")
    start = {"embedded": _embedded, "containers": _containers, "given": _given}[backend]
    async with start(with_nats=with_nats) as servers:
        yield servers


@asynccontextmanager
async def _embedded(*, with_nats: bool) -> AsyncIterator[Servers]:
    folder = Path(tempfile.mkdtemp(prefix="daymark-", dir=_memory_folder()))
    folder.chmod(0o755)
    nats_server = NatsServer(folder / "nats", extra_configuration=_ACCOUNTS_CONFIGURATION) if with_nats else None
    postgres = PostgresServer(folder / "postgres")
    try:
        await asyncio.gather(postgres.start(), *([nats_server.start()] if nats_server else []))
        yield _servers(nats_server, admin_url=postgres.url(database="postgres"))
    finally:
        await asyncio.gather(postgres.stop(), *([nats_server.kill()] if nats_server else []))
        shutil.rmtree(folder, ignore_errors=True)


def _memory_folder() -> Path | None:
    """Where syncing costs nothing: the servers of the tests sync every write, and nothing has to outlive them. None for the
    usual folder, if there is no such place or too little of it."""
    shared_memory = Path("/dev/shm")
    has_room = shared_memory.is_dir() and shutil.disk_usage(shared_memory).free >= _MEMORY_MIN_BYTES
    return shared_memory if has_room else None


@asynccontextmanager
async def _given(*, with_nats: bool) -> AsyncIterator[Servers]:
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        nats_server = NatsServer(Path(name), extra_configuration=_ACCOUNTS_CONFIGURATION) if with_nats else None
        try:
            if nats_server is not None:
                await nats_server.start()
            yield _servers(nats_server, admin_url=os.environ["TEST_POSTGRES_URL"])
        finally:
            if nats_server is not None:
                await nats_server.kill()


def _servers(nats_server: NatsServer | None, *, admin_url: str) -> Servers:
    if nats_server is None:
        return Servers(nats_url="", monitor_url="", admin_url=admin_url)
    return Servers(nats_url=nats_server.url, monitor_url=nats_server.monitor_url, admin_url=admin_url)


@asynccontextmanager
async def _containers(*, with_nats: bool) -> AsyncIterator[Servers]:
    del with_nats  # both containers start side by side
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer

    folder = Path(tempfile.mkdtemp(prefix="daymark-"))
    folder.chmod(0o755)
    (folder / "nats.conf").write_text(
        'port: 4222\nhttp_port: 8222\nmax_payload: 8MB\njetstream { store_dir: "/data", sync_interval: always }\n'
        + _ACCOUNTS_CONFIGURATION
    )
    nats_port, monitor_port, postgres_port = find_free_ports(3)
    broker = (
        DockerContainer(NATS_IMAGE)
        .with_command("nats-server --config /etc/daymark/nats.conf")
        .with_volume_mapping(str(folder), "/etc/daymark", "ro")
        .with_bind_ports(4222, nats_port)
        .with_bind_ports(8222, monitor_port)
        .with_tmpfs_mount("/data")
    )
    database = (
        DockerContainer(POSTGRES_IMAGE)
        .with_env("POSTGRES_PASSWORD", PASSWORD)
        .with_bind_ports(5432, postgres_port)
        .with_tmpfs_mount("/var/lib/postgresql")
    )
    try:
        await asyncio.gather(asyncio.to_thread(broker.start), asyncio.to_thread(database.start))
        servers = Servers(
            nats_url=f"nats://127.0.0.1:{nats_port}",
            monitor_url=f"http://127.0.0.1:{monitor_port}",
            admin_url=f"postgresql://postgres:{PASSWORD}@127.0.0.1:{postgres_port}/postgres",
        )
        await _wait_until_healthy(servers)
        yield servers
    finally:
        await asyncio.gather(asyncio.to_thread(broker.stop), asyncio.to_thread(database.stop))
        shutil.rmtree(folder, ignore_errors=True)


async def _wait_until_healthy(servers: Servers) -> None:
    """Return once both servers answer. A container that has started does not answer yet."""
    async with asyncio.timeout(60):
        async with httpx.AsyncClient() as client:
            while not await _is_healthy(client, servers.monitor_url):
                await asyncio.sleep(0.1)
        while not await _accepts_connections(servers.admin_url):
            await asyncio.sleep(0.1)


async def _is_healthy(client: httpx.AsyncClient, monitor_url: str) -> bool:
    try:
        return (await client.get(f"{monitor_url}/healthz")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def _accepts_connections(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=2)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True
