"""A JSON Lines file that every nudge is appended to: one object a line, synced before it counts as delivered."""

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import ValidationError

from services.nudges.deliver.channels.channel import EVERYTHING, Delivered, Outcome, TryLater
from shared.events import Nudge

_NEW: Final = ".new"


class FileChannel:
    """Several processes may append to the same file; a lock keeps their lines apart."""

    name = "file"
    audience = EVERYTHING
    patience = timedelta(days=7)
    at_once_max = 4

    def __init__(self, path: Path) -> None:
        self._path = path
        self.destination = hashlib.sha256(str(path).encode()).digest()

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Append the nudge, unless an earlier attempt that died before it could say so already has."""
        try:
            await asyncio.to_thread(self._append, nudge, look_first=attempts > 1)
        except OSError as failed:
            return TryLater(error=f"cannot write the file of nudges ({failed.strerror})")
        return Delivered()

    async def forget(self, person_id: str) -> int:
        """Take out every line about a person. Returns how many there were. The file is replaced, as when logs are rotated."""
        return await asyncio.to_thread(self._forget, person_id)

    def _forget(self, person_id: str) -> int:
        if not self._path.exists():
            return 0
        with self._locked() as file:
            file.seek(0)
            lines = file.readlines()
            kept = [line for line in lines if not _is_about(line, person_id)]
            if len(kept) < len(lines):
                fresh = self._path.with_name(self._path.name + _NEW)
                with fresh.open("wb") as written:
                    written.writelines(kept)
                    written.flush()
                    os.fsync(written.fileno())
                shutil.copymode(self._path, fresh)
                fresh.replace(self._path)
        return len(lines) - len(kept)

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        """The file, open for appending and ours alone; opened again if it was replaced while we waited for it."""
        while True:
            with self._path.open("ab+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if self._path.exists() and os.path.samestat(os.fstat(file.fileno()), self._path.stat()):
                    yield file
                    return

    def _append(self, nudge: Nudge, *, look_first: bool) -> None:
        line = nudge.model_dump_json().encode() + b"\n"
        with self._locked() as file:
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


def _is_about(line: bytes, person_id: str) -> bool:
    try:
        nudge = Nudge.model_validate_json(line)
    except ValidationError:
        return f'"id":"{person_id}"'.encode() in line  # torn by a crash
    return person_id in (nudge.person.id, *(one.id for one in nudge.about))
