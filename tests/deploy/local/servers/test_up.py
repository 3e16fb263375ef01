"""`daymark up`: everything starts, stays up, and ends together."""

import asyncio
import json
import os
import re
import signal
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from deploy.local.run_file import RUN_FILE_NAME
from deploy.local.servers.ports import find_free_ports
from deploy.local.servers.postgres_server import PostgresServer
from shared.postgres.pool import make_pool, unsafe_settings
from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER, observe_call
from tests.folders import needs_root, open_to_everybody
from tests.running_daymark import RunningDaymark, run_failing_command, running_daymark, starting_daymark


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    folder = tmp_path_factory.mktemp("up")
    (folder / "roster.yaml").write_text(ROSTER)
    async with running_daymark(folder / "d", FREE_PORTS, forked=False) as running:
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        yield running


async def test_the_ready_line_names_every_service_and_each_is_ready(daymark: RunningDaymark) -> None:
    assert daymark.urls.ready
    assert daymark.urls.probes.keys() == {"ingest", "scoring", "nudges"}
    async with httpx.AsyncClient() as client:
        for service, url in daymark.urls.probes.items():
            ready = {"ready": True, "problems": {}, "pid": daymark.pids()[service]}
            assert (await client.get(f"{url}/readyz")).json() == ready
            assert (await client.get(f"{url}/livez")).status_code == 200
    assert {"ingest", "scoring", "nudges", "nats", "postgres"} <= daymark.pids().keys()


async def test_the_ports_of_senders_and_of_people_answer_no_probe_and_no_port_is_shared(daymark: RunningDaymark) -> None:
    async with httpx.AsyncClient() as client:
        for url in (daymark.urls.ingest, daymark.urls.pages):
            for path in ("/livez", "/readyz", "/metrics"):
                assert (await client.get(f"{url}{path}")).status_code == 404

    assert daymark.urls.probes["scoring"] == daymark.urls.scoring
    assert len({daymark.urls.ingest, daymark.urls.pages, *daymark.urls.probes.values()}) == 5


async def test_the_disks_of_the_data_folder_and_of_both_servers_are_measured(daymark: RunningDaymark) -> None:
    async with httpx.AsyncClient(base_url=daymark.urls.probes["ingest"]) as client:
        metrics = (await client.get("/metrics")).text

    for metric in ("free", "size"):
        measured = dict(re.findall(rf'^daymark_ingest_disk_{metric}_bytes\{{disk="(\w+)"\}} (\S+)$', metrics, re.MULTILINE))
        assert measured.keys() == {"data", "nats", "postgres"}
        assert all(float(size_bytes) > 0 for size_bytes in measured.values())


async def test_a_managers_link_signs_in_only_as_a_whole(daymark: RunningDaymark) -> None:
    link = (await daymark.command("inbox", "mara")).strip()

    async with httpx.AsyncClient() as client:
        assert (await client.get(link)).status_code == 200
        assert (await client.get(link[:-1])).status_code == 410


async def test_a_second_daymark_on_the_same_folder_is_refused(daymark: RunningDaymark) -> None:
    assert "Another `daymark up` uses this data folder" in await daymark.failing_command("up")


async def test_a_process_that_dies_is_started_again_on_the_same_port(daymark: RunningDaymark) -> None:
    await daymark.kill("ingest")

    await _wait_until_ready(daymark.urls.probes["ingest"])


async def test_a_run_file_that_cannot_be_written_ends_nothing_and_is_written_later(daymark: RunningDaymark) -> None:
    obstacle = daymark.folder / f"{RUN_FILE_NAME}.new"
    obstacle.mkdir()
    pid = daymark.pids()["nudges"]

    os.kill(pid, signal.SIGKILL)

    async with asyncio.timeout(60):
        while "The ids of the processes could not be written" not in daymark.log():
            await asyncio.sleep(0.05)
        obstacle.rmdir()
        while daymark.pids()["nudges"] == pid:
            await asyncio.sleep(0.05)
    await _wait_until_ready(daymark.urls.probes["nudges"])


async def test_commands_say_that_no_daymark_is_running(tmp_path: Path) -> None:
    config = tmp_path / "daymark.toml"
    config.write_text("")

    errors = await run_failing_command("scores", folder=tmp_path, config=config)

    assert "Start `daymark up`" in errors


async def test_a_misconfigured_service_ends_everything_and_says_why(tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    config = tmp_path / "daymark.toml"
    config.write_text(f'{FREE_PORTS}\n[sources.x]\nkind = "standard"\nsecrets = ["env:NOT_THERE"]\n')

    errors = await run_failing_command("up", folder=tmp_path / "d", config=config)

    assert "ingest: The service cannot start as it is configured" in errors
    assert "env:NOT_THERE: The secret is missing" in errors


async def test_a_port_in_use_ends_everything_and_is_named(daymark: RunningDaymark, tmp_path: Path) -> None:
    port = daymark.urls.ingest.rpartition(":")[2]
    open_to_everybody(tmp_path)
    config = tmp_path / "daymark.toml"
    config.write_text(FREE_PORTS.replace("[ingest]\nport = 0", f"[ingest]\nport = {port}"))

    errors = await run_failing_command("up", folder=tmp_path / "d", config=config)

    assert f"127.0.0.1:{port} (Address already in use): The port is in use" in errors


@needs_root
async def test_as_root_a_closed_folder_around_the_data_is_named_and_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    open_to_everybody(tmp_path)
    closed.mkdir(mode=0o700)
    config = tmp_path / "daymark.toml"
    config.write_text(FREE_PORTS)

    errors = await run_failing_command("up", folder=closed / "d", config=config)

    assert f"{closed}: PostgreSQL refuses to run as root, and the user embedded_postgres" in errors
    assert "run `chmod o+x` on this folder" in errors
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


async def test_a_postgres_that_may_lose_commits_is_recognised(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "pg")
    open_to_everybody(tmp_path)
    await server.start()
    try:
        admin = await asyncpg.connect(server.url(database="postgres"))
        await admin.execute("ALTER SYSTEM SET fsync = off")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()
        pool = await make_pool(server.url(database="postgres"), schema="public")

        assert await unsafe_settings(pool) == ["fsync"]

        await pool.close()
    finally:
        await server.stop()


async def test_the_door_is_open_while_postgres_cannot_start(tmp_path: Path) -> None:
    """Postgres starts by itself once it can."""
    (tmp_path / "d").mkdir()
    obstacle = tmp_path / "d" / "postgres"
    obstacle.write_text("")
    (port,) = find_free_ports(1)
    configuration = FREE_PORTS.replace("probes_port = 0", f"probes_port = {port}", 1)

    async with starting_daymark(tmp_path / "d", configuration) as ready:
        await _wait_until_ready(f"http://127.0.0.1:{port}")
        log = await _read_log(tmp_path / "d", until=f"{obstacle}: The server did not start (NotADirectoryError")
        assert "and again until it runs" in log

        obstacle.unlink()

        assert (await ready()).pids["postgres"] > 0


async def test_a_killed_postmaster_whose_backend_lives_on_is_replaced_and_ends_nothing(tmp_path: Path) -> None:
    async with running_daymark(tmp_path / "d", FREE_PORTS) as daymark:
        others = {name: daymark.pids()[name] for name in ("daymark", "nats", "ingest")}
        connection = await asyncpg.connect(daymark.urls.postgres)
        backend = psutil.Process(connection.get_server_pid())
        backend.suspend()

        await daymark.kill("postgres")

        await _wait_until_ready(daymark.urls.scoring)
        assert not backend.is_running()
        assert daymark.pids().items() >= others.items()
        connection.terminate()


async def test_sigterm_ends_everything_within_ten_seconds(tmp_path: Path) -> None:
    async with running_daymark(tmp_path / "d", FREE_PORTS, forked=False) as daymark:
        pids = daymark.pids()

        os.kill(pids["daymark"], signal.SIGTERM)

        async with asyncio.timeout(10):
            while any(_is_alive(pid) for pid in pids.values()):
                await asyncio.sleep(0.05)
        assert not (tmp_path / "d" / RUN_FILE_NAME).exists()


async def test_after_a_crash_nothing_keeps_running_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "history.ndjson").write_text(json.dumps(observe_call("a", "2026-03-02T09:00:00Z")))
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    async with running_daymark(tmp_path / "d", FREE_PORTS, forked=False) as first:
        await first.command("roster", "apply", str(tmp_path / "roster.yaml"))
        await first.command("playbook", "apply", str(tmp_path / "playbook.yaml"))
        await first.command("import", str(tmp_path / "history.ndjson"), "--source", "acme")
        children = [pid for name, pid in first.pids().items() if name not in ("daymark", "postgres")]

        os.kill(first.pids()["daymark"], signal.SIGKILL)

        async with asyncio.timeout(20):
            while any(_is_alive(pid) for pid in children):
                await asyncio.sleep(0.05)
    async with running_daymark(tmp_path / "d", FREE_PORTS) as second:
        assert "calls=1" in await second.command("scores", "--csv", "--day", "2026-03-02")
        assert "0 differences" in await second.command("audit")


async def _read_log(folder: Path, *, until: str) -> str:
    """What `daymark up` has written, once it has written this."""
    async with asyncio.timeout(60):
        while until not in (log := (folder / "up.log").read_text()):
            await asyncio.sleep(0.05)
    return log


async def _wait_until_ready(url: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            try:
                response = await client.get(f"{url}/readyz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if response.status_code == 200:
                return
            await asyncio.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != "zombie"
    except psutil.NoSuchProcess:
        return False
