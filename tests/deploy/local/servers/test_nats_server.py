"""The NATS of `daymark up` starts, says what is wrong, and starts again."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.servers import nats_server
from deploy.local.servers.nats_server import NatsDidNotStart, NatsServer
from deploy.local.servers.supervised_server import SupervisedServer
from tests.deploy.local.servers.slow_start import kill_while_starting, make_slow_program

_FAILS_AT_FIRST = """\
#!/bin/sh
echo x >> "{folder}/starts"
[ "$(wc -l < "{folder}/starts")" -gt {failures} ] || exit 1
exec "{program}" "$@"
"""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


async def test_a_program_that_fails_at_first_is_started_until_it_runs(tmp_path: Path) -> None:
    program = tmp_path / "nats-server"
    wheel_program = Path(sys.executable).with_name("nats-server")
    program.write_text(_FAILS_AT_FIRST.format(folder=tmp_path, failures=3, program=wheel_program))
    program.chmod(0o755)
    server = NatsServer(tmp_path / "nats", program=program)
    started = asyncio.Event()
    supervised = SupervisedServer(name="nats", folder=tmp_path / "nats", server=server, on_start=started.set)

    task = asyncio.create_task(supervised.keep_running())
    try:
        async with asyncio.timeout(60):
            await started.wait()
        assert (tmp_path / "starts").read_text().count("x") > 3  # once more if somebody else took its port meanwhile
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.stop()


async def test_a_program_that_exits_names_its_log(tmp_path: Path) -> None:
    with pytest.raises(NatsDidNotStart, match=r"nats-server.log \(exit status 1\)"):
        await NatsServer(tmp_path / "nats", program=Path("/bin/false")).start()


async def test_a_slow_start_is_waited_for_and_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that never listens, as while many messages are read."""
    monkeypatch.setattr(nats_server, "_START_TIMEOUT_S", 0)
    server = NatsServer(tmp_path / "nats", program=make_slow_program(tmp_path))

    starting = await kill_while_starting(server)

    with pytest.raises(NatsDidNotStart, match="exit status -9"):
        await starting


async def test_a_server_that_runs_is_left_alone_by_another_start(server: NatsServer) -> None:
    pid = server.pid

    await server.start()

    assert server.pid == pid


async def test_a_server_that_is_killed_is_down_and_starts_on_the_same_port(server: NatsServer) -> None:
    url = server.url
    await server.kill()

    assert "NATS exited with status -9. If this goes on, read" in await server.wait_until_down()

    await server.start()
    assert server.url == url


async def test_a_server_whose_health_is_bad_is_down(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unhealthy(*_: object) -> httpx.Response:
        return httpx.Response(503, text='{"error":"write error: no space left on device"}')

    monkeypatch.setattr(httpx.AsyncClient, "get", unhealthy)

    assert "NATS does not work" in (problem := await server.wait_until_down())
    assert "no space left on device" in problem
