"""Real servers for the tests that need them: one of each per session, and a database and empty streams per test."""

import itertools
import os
import socket
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from hypothesis import settings

from deploy.database import OWNERS, ensure_database
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.streams import provision
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.backends import ACCOUNTS, PASSWORD, Servers, running_servers
from tests.running_daymark import ROOT

settings.register_profile("untimed", deadline=None)
settings.register_profile("nightly", max_examples=2_000, deadline=None)
settings.load_profile("untimed")
_TEMPLATE = "daymark_template"
_MIGRATIONS = {owner: ROOT / "services" / owner / "migrations" for owner in OWNERS}
_QUOTED_OWNERS = ", ".join(f'"{owner}"' for owner in OWNERS)
_OWN_HOSTS = {"127.0.0.1", "localhost", "::1", "0.0.0.0", "", None, socket.gethostname()}
_BROKER_FIXTURES = {"nats_url", "monitor_url"}
_LONG_TESTS = ("tests/scenarios/", "tests/faults/", "tests/upgrade/", "tests/services/scoring/test_any_history.py")
_database_numbers, _account_numbers = itertools.count(), iter(range(ACCOUNTS))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that run for a minute come first. At the end, one process would run them while the others have nothing to do."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG_TESTS))


@pytest.fixture(autouse=True)
def no_settings_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command passes its options on in variables of its process, which is that of other tests, too."""
    for name in [name for name in os.environ if name.startswith("DAYMARK_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def no_other_hosts() -> Iterator[None]:
    """Names of other hosts are unknown, so that no test waits for the answer of a name server."""
    resolve = socket.getaddrinfo

    def resolve_own(
        host: str | None,
        port: int | str | None,
        family: int = 0,
        type: int = 0,  # noqa: A002 - as it is called
        proto: int = 0,
        flags: int = 0,
    ) -> object:
        return resolve(host, port, family, type, proto, flags if host in _OWN_HOSTS else flags | socket.AI_NUMERICHOST)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve_own)
        yield


@pytest.fixture(scope="session")
async def servers(request: pytest.FixtureRequest) -> AsyncIterator[Servers]:
    """Without a broker when no test of the run asks for one."""
    with_nats = any(_BROKER_FIXTURES & set(getattr(item, "fixturenames", ())) for item in request.session.items)
    async with running_servers(with_nats=with_nats) as running:
        passwords = dict.fromkeys(OWNERS, PASSWORD)
        await ensure_database(running.admin_url, database=_TEMPLATE, passwords=passwords)
        for schema, folder in _MIGRATIONS.items():
            pool = await make_pool(running.postgres_url(role=schema, database=_TEMPLATE), schema=schema)
            await migrate(pool, schema=schema, folder=folder)
            await pool.close()
        yield running


@pytest.fixture
def nats_url(servers: Servers) -> str:
    """The URL of an account of the broker that is empty and used by this test alone."""
    return servers.nats_account_url(next(_account_numbers))


@pytest.fixture
def monitor_url(servers: Servers) -> str:
    return servers.monitor_url


@pytest.fixture
async def nats(nats_url: str) -> AsyncIterator[LeanClient]:
    """A connection to a broker with all streams and consumers, without messages."""
    connection = await connect(nats_url, name="test")
    await provision(connection)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def database_admin(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection that creates and drops the databases of tests. An earlier run may have left some."""
    admin = await asyncpg.connect(servers.admin_url)
    for left in await admin.fetch(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'"):
        await admin.execute(f'DROP DATABASE "{left["datname"]}" WITH (FORCE)')
    yield admin
    await admin.close()


@pytest.fixture
async def database(database_admin: asyncpg.Connection) -> AsyncIterator[str]:
    """The name of a fresh database with the migrated schemas of the services. Copying files takes half the processor time of
    Postgres's own way through the log, and to sync them costs nothing in memory."""
    name = f"test_{next(_database_numbers)}"
    await database_admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_TEMPLATE}" STRATEGY file_copy')
    await database_admin.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO {_QUOTED_OWNERS}')
    yield name
    await database_admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def scoring_database_url(servers: Servers, database: str) -> str:
    return servers.postgres_url(role="scoring", database=database)


@pytest.fixture
def nudges_database_url(servers: Servers, database: str) -> str:
    return servers.postgres_url(role="nudges", database=database)
