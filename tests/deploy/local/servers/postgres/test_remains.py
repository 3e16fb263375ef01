"""PostgreSQL starts over whatever processes and lock files a crash or a power cut has left in its folder."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.local.servers.postgres.remains import find_processes
from deploy.local.servers.postgres_server import PostgresServer
from tests.deploy.local.servers.postgres.fetch import fetch_value
from tests.folders import open_to_everybody

_LOCK_LINES = 8


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `initdb` has made, with one stored fact. No test may leave it unusable."""
    folder = tmp_path_factory.mktemp("postgres") / "pg"
    open_to_everybody(folder.parent)
    server = PostgresServer(folder)
    await server.start()
    await fetch_value(server, "CREATE TABLE facts AS SELECT 7 AS fact")
    await server.stop()
    return folder


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[PostgresServer]:
    """A server that runs in the folder."""
    server = PostgresServer(folder)
    await server.start()
    yield server
    await server.stop()


async def _stored_fact(server: PostgresServer) -> int | None:
    return await fetch_value(server, "SELECT fact FROM facts")


async def test_what_is_stored_outlives_a_stop(server: PostgresServer) -> None:
    await server.stop()
    await server.start()

    assert await _stored_fact(server) == 7


async def test_it_starts_while_a_backend_of_a_killed_postmaster_lives_on(server: PostgresServer) -> None:
    connection = await asyncpg.connect(server.url(database="postgres"))
    backend = psutil.Process(connection.get_server_pid())
    endless = asyncio.create_task(connection.execute("SELECT count(*) FROM generate_series(1, 1e12::bigint)"))
    await asyncio.sleep(0)  # the query is sent
    backend.suspend()  # it notices nothing any more, whatever it was doing

    await server.kill()
    await server.start()

    assert not backend.is_running()
    assert await _stored_fact(server) == 7
    with suppress(asyncpg.PostgresError, OSError):
        await endless


async def test_it_takes_the_place_of_a_server_that_a_killed_daymark_left(server: PostgresServer, folder: Path) -> None:
    second = PostgresServer(folder)
    await second.start()
    try:
        assert not server.is_running()
        assert await _stored_fact(second) == 7
    finally:
        await second.stop()
    assert find_processes(folder) == []


def _keep_lines(count: int) -> Callable[[str], str]:
    return lambda text: "".join(text.splitlines(keepends=True)[:count])


def _name_another_program(text: str) -> str:
    return str(os.getpid()) + text[text.index("\n") :]


@pytest.mark.parametrize("name", ["postmaster.pid", ".s.PGSQL.5432.lock"])
@pytest.mark.parametrize(
    "state",
    [_keep_lines(0), _keep_lines(5), _keep_lines(7), _keep_lines(_LOCK_LINES), _name_another_program, lambda _: "\0" * 64],
    ids=["empty", "five lines", "seven lines", "whole", "another program", "zeros"],
)
async def test_it_starts_over_every_state_of_a_lock_file(
    server: PostgresServer, folder: Path, name: str, state: Callable[[str], str]
) -> None:
    lock = folder / name
    text = lock.read_text()
    await server.kill()
    for process in find_processes(folder):
        process.wait(10)  # its children follow it
    lock.write_text(state(text))

    await server.start()

    assert await _stored_fact(server) == 7


async def test_it_starts_in_a_folder_whose_bookkeeping_a_power_cut_has_emptied(server: PostgresServer, folder: Path) -> None:
    await server.kill()
    (folder / ".handle_pids.json").touch()
    (folder / "postmaster.pid").write_text("")

    await server.start()

    assert await _stored_fact(server) == 7
