"""A server of the data folder that is started until it runs, and again whenever it stops working."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import structlog

from shared.clock import monotonic_s
from shared.errors import DaymarkError
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_BACK_OFF_MIN_S: Final = 0.2
_BACK_OFF_MAX_S: Final = 5.0
_STEADY_S: Final = 10.0
_ROOM_MIN_BYTES: Final = 16 * 2**20
_ROOM_INTERVAL_S: Final = 0.5
_ROOM_TIMEOUT_S: Final = 60.0


class BackOff:
    """The pauses before something is started again. They grow while it keeps ending soon after its start."""

    def __init__(self) -> None:
        self.pause_s = _BACK_OFF_MIN_S

    def note_run(self, seconds: float) -> None:
        """It has run for so long. After a steady run the next pause is short again."""
        if seconds > _STEADY_S:
            self.pause_s = _BACK_OFF_MIN_S

    async def wait(self) -> None:
        """Let one pause go by."""
        await asyncio.sleep(self.pause_s)
        self.pause_s = min(2 * self.pause_s, _BACK_OFF_MAX_S)


class Server(Protocol):
    """nats-server or PostgreSQL, in a folder of its own."""

    @property
    def pid(self) -> int:
        """The id of its process; 0 while there is none."""

    async def start(self) -> None:
        """Return once it serves. A process that serves already is left alone.

        Raises:
            DaymarkError: it did not start; says what happened, to what, and what to do.
            OSError: the operating system refused a file or a process.
        """

    async def wait_until_down(self) -> str:
        """Return when it no longer serves: one sentence that says so, and what to do."""

    async def stop(self) -> None:
        """Return once no process of it is running."""


@dataclass(kw_only=True)
class SupervisedServer:
    """`complete` runs after each start, before the server counts as started; it is repeated until it succeeds, too."""

    name: str
    folder: Path
    server: Server
    on_start: Callable[[], None]
    complete: Callable[[], Awaitable[None]] | None = None

    @property
    def pid(self) -> int:
        return self.server.pid

    async def keep_running(self) -> None:
        """Start the server until it runs, and again whenever it is down. The pause grows while it keeps failing."""
        back_off = BackOff()
        while True:
            problem = await self._start()
            if not problem:
                started_s = monotonic_s()
                self.on_start()
                problem = await self.server.wait_until_down()
                back_off.note_run(monotonic_s() - started_s)
            action = f"It is restarted in {back_off.pause_s:.1f} s, and again until it runs."
            _log.warning("server_restarting", server=self.name, pause_s=back_off.pause_s, message=f"{problem} {action}")
            await back_off.wait()
            await self._wait_for_room()

    async def stop(self) -> None:
        await self.server.stop()

    async def _wait_for_room(self) -> None:
        """On a full disk a start helps nobody. It is tried once a minute all the same: the disk may not be the cause."""
        since_s = monotonic_s()
        is_logged = False
        while (free := _free_bytes(self.folder)) < _ROOM_MIN_BYTES and monotonic_s() - since_s < _ROOM_TIMEOUT_S:
            if not is_logged:
                fact = f"The disk is full: {free} bytes are free. The server is started again when {_ROOM_MIN_BYTES} are"
                message = f"{self.folder}: {fact}, or in {_ROOM_TIMEOUT_S:.0f} s. Make room on the disk."
                _log.warning("disk_full", server=self.name, message=message)
                is_logged = True
            await asyncio.sleep(_ROOM_INTERVAL_S)

    async def _start(self) -> str:
        """Start the server. Returns what is wrong, empty if it serves."""
        try:
            await self.server.start()
            if self.complete is not None:
                await self.complete()
        except DaymarkError as failed:
            return str(failed)
        except TRANSIENT_ERRORS as failed:
            return (
                f"{self.folder}: The server did not start ({type(failed).__name__}: {failed}). "
                "If this goes on, check the disk and who owns the folder."
            )
        return ""


def _free_bytes(folder: Path) -> int:
    """On the disk of the folder, which may not exist yet. A disk that does not say counts as empty."""
    try:
        return shutil.disk_usage(next(part for part in (folder, *folder.parents) if part.exists())).free
    except OSError:
        return sys.maxsize
