"""nats-server from its wheel, with synced writes."""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx
import structlog

from deploy.local.servers.durable_files import write_durably
from deploy.local.servers.parent_process import terminate_with_parent
from deploy.local.servers.ports import claim_ports
from shared.clock import monotonic_s
from shared.errors import DaymarkError
from shared.service.http_client import make_http_client

_log = structlog.get_logger()
_START_TIMEOUT_S: Final = 30.0
_CHECK_INTERVAL_S: Final = 0.5
_FAILED_CHECKS_MAX: Final = 10
_PROBLEM_LENGTH_MAX: Final = 300
_STOP_TIMEOUT_S: Final = 4.0
STORAGE_MAX_BYTES: Final = 100 * 2**30
_CONFIGURATION: Final = """\
listen: 127.0.0.1:{port}
http: 127.0.0.1:{monitor_port}
server_name: daymark
max_payload: 8MB
max_pending: 128MB
jetstream {{ store_dir: "{store}", sync_interval: always, max_file_store: {storage_max_bytes}, max_memory_store: 256MB }}
"""
"""Without these limits, nats-server takes most of what is free when it starts. On a full disk that is nothing, and it refuses
every message for good while it reports that it is well. No stream of Daymark is in memory."""


_ACCESS_FILE: Final = "access.conf"


class NatsDidNotStart(DaymarkError):
    """nats-server did not start. Read its log; another server may be using the port or the folder."""


class NatsServer:
    """One nats-server in a folder of its own. It keeps its ports when it restarts. The `access_configuration` says who is let
    in, with their passwords; without it, everybody is. `program` defaults to that of the wheel."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        storage_max_bytes: int = STORAGE_MAX_BYTES,
        access_configuration: str = "",
        extra_configuration: str = "",
        program: Path | None = None,
    ) -> None:
        self._folder = folder
        self._storage_max_bytes = storage_max_bytes
        self._access_configuration = access_configuration
        self._extra_configuration = extra_configuration
        self._program = program or Path(sys.executable).with_name("nats-server")
        self._port, self._monitor_port = claim_ports([("127.0.0.1", port or 0), ("127.0.0.1", 0)])
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    @property
    def monitor_url(self) -> str:
        return f"http://127.0.0.1:{self._monitor_port}"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    async def start(self) -> None:
        """Start the server, and return once JetStream answers. A process that is running but not well is ended first. To read
        many messages at its start may take the server minutes, which are waited for.

        Raises:
            NatsDidNotStart: the server exited, or accepts connections but is not healthy after 30 s.
            OSError: its files cannot be written, or there is no such program.
        """
        if self._is_running() and not await self._find_problem():
            return
        await self.stop()
        configuration = self._write_configuration()
        with self._log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(self._program),
                "-c",
                str(configuration),
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=terminate_with_parent(),
            )
        await self._wait_until_healthy(self._process)

    async def wait_until_down(self) -> str:
        """Return when the process has exited, or has not been healthy for ten checks in a row. After a full disk it stays in an
        error state that only a restart clears."""
        assert self._process is not None
        problem, failed_checks = "", 0
        while failed_checks < _FAILED_CHECKS_MAX and self._is_running():
            with suppress(TimeoutError):
                async with asyncio.timeout(_CHECK_INTERVAL_S):
                    await self._process.wait()
            problem = await self._find_problem()
            failed_checks = failed_checks + 1 if problem else 0
        fact = f"does not work ({problem})" if self._is_running() else f"exited with status {self._process.returncode}"
        return f"{self._folder}: NATS {fact}. If this goes on, read {self._log_file}."

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the server as a crash would."""
        await self._end(signal.SIGKILL)

    def _write_configuration(self) -> Path:
        """On a full disk, the file that is there already will do."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "nats-server.conf"
        text = _CONFIGURATION.format(
            port=self._port,
            monitor_port=self._monitor_port,
            store=self._folder / "jetstream",
            storage_max_bytes=self._storage_max_bytes,
        )
        text += self._extra_configuration
        if self._access_configuration:
            text += f"include ./{_ACCESS_FILE}\n"
            _write_changed(self._folder / _ACCESS_FILE, self._access_configuration, mode=0o600)
        _write_changed(file, text)
        return file

    @property
    def _log_file(self) -> Path:
        return self._folder / "nats-server.log"

    def _is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def _end(self, stop_signal: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(stop_signal)
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _find_problem(self) -> str:
        """What is wrong with the server; empty if it answers and can write."""
        try:
            async with make_http_client(timeout_s=2) as client:
                response = await client.get(f"{self.monitor_url}/healthz")
        except httpx.HTTPError as failed:
            return f"no answer on its monitoring port: {type(failed).__name__}"
        return "" if response.status_code == httpx.codes.OK else response.text[:_PROBLEM_LENGTH_MAX]

    async def _wait_until_healthy(self, process: asyncio.subprocess.Process) -> None:
        """The server listens for clients once it has read its messages. Only then its time runs.

        Raises:
            NatsDidNotStart: the process exited, or accepts connections but is not healthy after 30 s.
        """
        started_s = unhealthy_since_s = logged_s = monotonic_s()
        while process.returncode is None:
            problem = await self._find_problem()
            if not problem:
                return
            now_s = monotonic_s()
            if not await self._accepts_clients():
                unhealthy_since_s = now_s
                if now_s - logged_s > _START_TIMEOUT_S:
                    logged_s = now_s
                    since = f"NATS has been reading its messages for {now_s - started_s:.0f} s"
                    message = f"{self._folder}: {since}. Daymark waits for it."
                    _log.warning("server_starting", server="nats", message=message)
            if now_s - unhealthy_since_s > _START_TIMEOUT_S:
                raise NatsDidNotStart(f"{self._log_file} ({problem})")
            await asyncio.sleep(0.05)
        raise NatsDidNotStart(f"{self._log_file} (exit status {process.returncode})")

    async def _accepts_clients(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        writer.close()
        return True


def _write_changed(file: Path, text: str, *, mode: int = 0o644) -> None:
    if not file.exists() or file.read_text() != text:
        write_durably(file, text, mode=mode)
