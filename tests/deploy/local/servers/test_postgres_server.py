"""The PostgreSQL of `daymark up` starts, however long that takes, or says where the reason is."""

from pathlib import Path

import pytest

from deploy.local.servers import postgres_server
from deploy.local.servers.postgres_server import PostgresDidNotStart, PostgresServer
from tests.deploy.local.servers.postgres.fetch import fetch_value
from tests.deploy.local.servers.slow_start import kill_while_starting, make_slow_program
from tests.folders import open_to_everybody


async def test_a_path_that_is_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20) / "pg"
    folder.parent.mkdir()
    open_to_everybody(folder.parent)
    server = PostgresServer(folder)

    await server.start()
    try:
        assert await fetch_value(server, "SELECT 1") == 1
        assert len(server.url()) < 100
    finally:
        await server.stop()


async def test_a_server_that_exits_names_its_log(tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    server = PostgresServer(tmp_path / "pg", program=Path("/bin/false"))

    with pytest.raises(PostgresDidNotStart, match="pg/log"):
        await server.start()


async def test_a_slow_start_is_waited_for_and_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that never says that it is ready, as during a long recovery."""
    monkeypatch.setattr(postgres_server, "_REPORT_INTERVAL_S", 0)
    open_to_everybody(tmp_path)
    server = PostgresServer(tmp_path / "pg", program=make_slow_program(tmp_path))

    starting = await kill_while_starting(server)

    with pytest.raises(PostgresDidNotStart, match="exit status -9"):
        await starting
