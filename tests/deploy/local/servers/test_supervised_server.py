"""A server that cannot be started is started again until it runs, and nothing else ends for that."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from deploy.local.servers import supervised_server
from deploy.local.servers.postgres_server import PostgresDidNotStart
from deploy.local.servers.supervised_server import SupervisedServer

DISK_FULL = (
    "The disk is full: 1000000 bytes are free. The server is started again when 16777216 are, or in 60 s. "
    "Make room on the disk."
)
AGAIN = "It is restarted in 0.0 s, and again until it runs."


class _Server:
    """Each of its first starts fails with the next of `failures`. It runs until `break_down`."""

    pid = 7

    def __init__(self, failures: Sequence[Exception] = ()) -> None:
        self._failures = list(failures)
        self._down = asyncio.Event()
        self.starts = 0

    async def start(self) -> None:
        self.starts += 1
        if self._failures:
            raise self._failures.pop(0)
        self._down.clear()

    async def wait_until_down(self) -> str:
        await self._down.wait()
        return "/data/x: It has exited."

    async def stop(self) -> None:
        self._down.set()

    def break_down(self) -> None:
        self._down.set()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised_server, "_BACK_OFF_MAX_S", 0.001)
    monkeypatch.setattr(supervised_server, "_BACK_OFF_MIN_S", 0.001)


@asynccontextmanager
async def _supervised(server: _Server, folder: Path, complete: _Server | None = None) -> AsyncIterator[asyncio.Queue[int]]:
    """Yields a queue with one item for each time that the server counts as started."""
    started = asyncio.Queue[int]()
    supervised = SupervisedServer(
        name="postgres",
        folder=folder,
        server=server,
        on_start=lambda: started.put_nowait(server.starts),
        complete=complete.start if complete else None,
    )
    task = asyncio.create_task(supervised.keep_running())
    try:
        yield started
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_server_is_started_until_it_runs_whatever_refuses_it(tmp_path: Path) -> None:
    failures = [
        PostgresDidNotStart("/data/log (exit status 1)"),
        OSError(5, "Input/output error"),
        TimeoutError(),
        asyncpg.DiskFullError("no space"),
    ]
    async with _supervised(_Server(failures), tmp_path) as started, asyncio.timeout(10):
        assert await started.get() == 5


async def test_a_server_counts_as_started_only_when_what_it_must_contain_is_there(tmp_path: Path) -> None:
    database = _Server([asyncpg.DiskFullError("no space"), OSError(28, "No space left on device")])
    async with _supervised(_Server(), tmp_path, complete=database) as started, asyncio.timeout(10):
        await started.get()

        assert database.starts == 3


async def test_a_server_that_goes_down_is_started_again(tmp_path: Path) -> None:
    server = _Server()
    async with _supervised(server, tmp_path) as started, asyncio.timeout(10):
        await started.get()
        server.break_down()

        assert await started.get() == 2


async def test_the_log_says_what_happened_what_is_done_and_what_can_be_done(tmp_path: Path) -> None:
    server = _Server([PostgresDidNotStart("/data/log (exit status 1)")])
    with capture_logs() as logs:
        async with _supervised(server, tmp_path) as started, asyncio.timeout(10):
            await started.get()
            server.break_down()
            await started.get()

    assert [log["message"] for log in logs if log["event"] == "server_restarting"] == [
        f"/data/log (exit status 1): PostgreSQL did not start. Read this file for the reason. {AGAIN}",
        f"/data/x: It has exited. {AGAIN}",
    ]


async def test_on_a_full_disk_a_start_waits_for_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [10**6, 10**6, 10**9]
    monkeypatch.setattr(supervised_server, "_ROOM_INTERVAL_S", 0)
    monkeypatch.setattr(supervised_server, "_free_bytes", lambda _: free.pop(0))
    with capture_logs() as logs:
        async with _supervised(_Server([OSError(28, "No space left on device")]), tmp_path) as started, asyncio.timeout(10):
            assert await started.get() == 2

    assert free == []
    assert [log["message"] for log in logs if log["event"] == "disk_full"] == [f"{tmp_path}: {DISK_FULL}"]


async def test_a_disk_that_stays_full_is_tried_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised_server, "_ROOM_INTERVAL_S", 0)
    monkeypatch.setattr(supervised_server, "_ROOM_TIMEOUT_S", 0.01)
    monkeypatch.setattr(supervised_server, "_free_bytes", lambda _: 0)

    async with _supervised(_Server([OSError(28, "No space left on device")]), tmp_path) as started, asyncio.timeout(10):
        assert await started.get() == 2


async def test_the_pause_between_starts_grows_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised_server, "_BACK_OFF_MAX_S", 0.004)
    with capture_logs() as logs:
        failures = [OSError(5, "Input/output error")] * 4
        async with _supervised(_Server(failures), tmp_path) as started, asyncio.timeout(10):
            await started.get()

    assert [log["pause_s"] for log in logs if log["event"] == "server_restarting"] == [0.001, 0.002, 0.004, 0.004]
