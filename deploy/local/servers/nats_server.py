"""nats-server from its wheel, with synced writes."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Final

import httpx

from deploy.local.servers.parent_process import terminate_with_parent
from deploy.local.servers.ports import claim_ports
from shared.clock import monotonic_s
from shared.errors import DaymarkError
from shared.service.http_client import make_http_client

_START_TIMEOUT_S: Final = 30.0
_STOP_TIMEOUT_S: Final = 4.0
_CONFIGURATION: Final = """\
listen: 127.0.0.1:{port}
http: 127.0.0.1:{monitor_port}
server_name: daymark
max_payload: 8MB
max_pending: 128MB
jetstream {{ store_dir: "{store}", sync_interval: always }}
"""


class NatsDidNotStart(DaymarkError):
    """nats-server did not start. Read its log; another server may be using the port or the folder."""


class NatsServer:
    """One nats-server in a folder of its own. It keeps its ports when it restarts."""

    def __init__(self, folder: Path, *, port: int | None = None, extra_configuration: str = "") -> None:
        self._folder = folder
        self._extra_configuration = extra_configuration
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
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start the server, and return once JetStream answers.

        Raises:
            NatsDidNotStart: the server exited, or is not healthy after 30 s.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        configuration = self._folder / "nats-server.conf"
        configuration.write_text(
            _CONFIGURATION.format(port=self._port, monitor_port=self._monitor_port, store=self._folder / "jetstream")
            + self._extra_configuration
        )
        program = Path(sys.executable).with_name("nats-server")
        log = self._folder / "nats-server.log"
        with log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(program),
                "-c",
                str(configuration),
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=terminate_with_parent,
            )
        if not await self._wait_until_healthy():
            raise NatsDidNotStart(str(log))

    async def is_healthy(self) -> bool:
        """Whether the server answers and can write. After a full disk it stays in an error state that only a restart clears."""
        try:
            async with make_http_client(timeout_s=2) as client:
                return (await client.get(f"{self.monitor_url}/healthz")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def wait_until_exit(self) -> None:
        """Return when the process has exited, for whatever reason."""
        assert self._process is not None
        await self._process.wait()

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the server as a crash would."""
        await self._end(signal.SIGKILL)

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

    async def _wait_until_healthy(self) -> bool:
        assert self._process is not None
        deadline_s = monotonic_s() + _START_TIMEOUT_S
        while monotonic_s() < deadline_s and self._process.returncode is None:
            if await self.is_healthy():
                return True
            await asyncio.sleep(0.05)
        return False
