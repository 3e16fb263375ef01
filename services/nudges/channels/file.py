"""A JSON Lines file that every nudge is appended to: one object a line, synced before it counts as delivered."""

import asyncio
import fcntl
import os
from pathlib import Path

from services.nudges.channels.channel import Delivered, Outcome, TryLater
from shared.events import Nudge


class FileChannel:
    """Several processes may append to the same file; a lock keeps their lines apart."""

    name = "file"
    attempts_max = 1_000

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Append the nudge, unless an earlier attempt that died before it could say so already has."""
        try:
            await asyncio.to_thread(self._append, nudge, look_first=attempts > 1)
        except OSError as failed:
            return TryLater(error=f"cannot write the file of nudges ({failed.strerror})")
        return Delivered()

    def _append(self, nudge: Nudge, *, look_first: bool) -> None:
        line = nudge.model_dump_json().encode() + b"\n"
        with self._path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if look_first and self._holds(nudge.id):
                return
            torn = file.seek(0, os.SEEK_END) > 0 and not self._ends_a_line()
            file.write(b"\n" + line if torn else line)
            file.flush()
            os.fsync(file.fileno())

    def _holds(self, nudge_id: str) -> bool:
        wanted = f'"id":"{nudge_id}"'.encode()
        with self._path.open("rb") as file:
            return any(wanted in line and line.endswith(b"\n") for line in file)

    def _ends_a_line(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
