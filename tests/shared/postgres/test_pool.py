"""What the connections of a pool see, and when they give up."""

import contextlib
import re

import asyncpg
import pytest

from deploy.local.servers.ports import find_free_ports
from shared.postgres.pool import make_pool, unsafe_settings
from shared.transient_errors import TRANSIENT_ERRORS
from tests.backends import Servers
from tests.house.repository import Repository

_UNASKED_ANSWER = b"T\0\0\0\x06\0\x01"
"""A description of rows, although there was no query."""


async def test_connections_see_the_tables_of_one_schema(servers: Servers, pool: asyncpg.Pool, schema: str) -> None:
    await pool.execute("CREATE TABLE day (score integer)")

    assert await pool.fetchval("SELECT schemaname FROM pg_tables WHERE tablename = 'day'") == schema
    async with make_pool(servers.admin_url, schema="another") as other:
        with pytest.raises(asyncpg.UndefinedTableError):
            await other.fetch("SELECT score FROM day")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timezone", "UTC"),
        ("jit", "off"),
        ("lock_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "1min"),
    ],
)
async def test_every_connection_has_the_settings_of_a_service(pool: asyncpg.Pool, setting: str, value: str) -> None:
    assert await pool.fetchval(f"SHOW {setting}") == value


async def test_a_connection_goes_back_without_another_statement(pool: asyncpg.Pool, servers: Servers) -> None:
    pid = await pool.fetchval("SELECT pg_backend_pid()")

    admin = await asyncpg.connect(servers.admin_url)
    last = await admin.fetchval("SELECT query FROM pg_stat_activity WHERE pid = $1", pid)
    await admin.close()
    assert last == "SELECT pg_backend_pid()"


async def test_a_connection_names_the_service_it_belongs_to(pool: asyncpg.Pool, schema: str) -> None:
    assert await pool.fetchval("SHOW application_name") == f"daymark-{schema}"


async def test_a_pool_opens_no_more_connections_than_its_size(servers: Servers, schema: str) -> None:
    async with make_pool(servers.admin_url, schema=schema, size_max=2) as pool, pool.acquire(), pool.acquire():
        with pytest.raises(TimeoutError):
            await pool.acquire(timeout=0.01)


async def test_a_pool_is_opened_without_a_server_and_fails_when_it_is_used() -> None:
    """A service opens its pool first and then waits for the server."""
    (port,) = find_free_ports(1)

    async with make_pool(f"postgresql://scoring@127.0.0.1:{port}/scoring", schema="scoring") as pool:
        with pytest.raises(OSError, match="Connect"):
            await pool.fetchval("SELECT 1")


async def test_a_password_is_passed_apart_from_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords: list[str | None] = []

    def create_pool(_: str, *, password: str | None, **settings: object) -> None:
        passwords.append(password)

    monkeypatch.setattr(asyncpg, "create_pool", create_pool)

    make_pool("postgresql://scoring@postgres/daymark", schema="scoring", password="hunter2")

    assert passwords == ["hunter2"]


async def test_settings_that_could_lose_a_commit_are_named(servers: Servers) -> None:
    async with asyncpg.create_pool(servers.admin_url, min_size=0, server_settings={"synchronous_commit": "off"}) as pool:
        assert await unsafe_settings(pool) == ["synchronous_commit"]


@pytest.mark.parametrize("of", ['DATABASE "{database}"', 'ROLE nudges IN DATABASE "{database}"'])
async def test_neither_a_database_nor_a_role_can_make_a_service_lose_a_commit(of: str, servers: Servers, database: str) -> None:
    admin = await asyncpg.connect(servers.admin_url)
    await admin.execute(f"ALTER {of.format(database=database)} SET synchronous_commit TO off")
    await admin.close()

    async with make_pool(servers.postgres_url(role="nudges", database=database), schema="nudges", size_max=1) as pool:
        assert await pool.fetchval("SHOW synchronous_commit") == "on"
        assert await unsafe_settings(pool) == []


@pytest.mark.parametrize(
    "change",
    [r"^(--.*\n)+SET (?!LOCAL)", r"set_config\([^)]*, false\)", r"pg_(try_)?advisory_lock", r"^LISTEN|^DECLARE"],
    ids=repr,
)
def test_no_query_changes_more_of_its_connection_than_a_transaction(change: str) -> None:
    repository = Repository()
    queries = {path: repository.text(str(path)) for path in repository.sql_paths if path.parent.name != "migrations"}

    assert [path for path, text in queries.items() if re.search(change, text, re.MULTILINE)] == []


async def _use_confused(pool: asyncpg.Pool) -> None:
    """Use a connection that receives what nobody asked for. asyncpg notices it and then refuses every query."""
    async with pool.acquire() as connection:
        protocol = connection._protocol  # type: ignore[attr-defined]  # of the connection behind the proxy
        with contextlib.suppress(asyncpg.InternalClientError):
            protocol.data_received(_UNASKED_ANSWER)
        await connection.fetchval("SELECT 1")


async def test_a_connection_that_asyncpg_no_longer_understands_is_replaced_by_another(servers: Servers, schema: str) -> None:
    async with make_pool(servers.admin_url, schema=schema, size_max=1) as pool:
        with pytest.raises(TRANSIENT_ERRORS) as failed:
            await _use_confused(pool)

        assert isinstance(failed.value, asyncpg.InternalClientError)
        assert await pool.fetchval("SELECT 1") == 1
