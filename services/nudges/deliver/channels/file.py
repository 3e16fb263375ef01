"""A JSON Lines file to which every nudge is appended: one object per line, synced before it counts as delivered."""

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import ValidationError

from services.nudges.deliver.channel import EVERYTHING, Channel, Delivered, Outcome, TryLater
from services.nudges.deliver.channel_types import ChannelResources, channel_type
from shared.events import Nudge, NudgeId, PersonId
from shared.service.settings import Section

_NEW_SUFFIX: Final = ".new"


class FileSection(Section):
    path: str


class FileKeys(Section):
    file: FileSection


class FileChannel:
    """Several processes can append to the same file; a lock keeps their lines apart."""

    name = "file"
    audience = EVERYTHING
    give_up_after = timedelta(days=7)
    at_once_max = 4
    reaches_recipient = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.destination = hashlib.sha256(str(path).encode()).digest()

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Append the nudge, unless an earlier attempt did so and died before it was recorded."""
        try:
            await asyncio.to_thread(self._append, nudge, search_first=attempts > 1)
        except OSError as failed:
            return TryLater(error=f"the file of nudges cannot be written ({failed.strerror})")
        return Delivered()

    async def erase(self, person_id: PersonId) -> int:
        """Remove every line about a person. Returns how many there were. The file is replaced, as in log rotation."""
        return await asyncio.to_thread(self._erase, person_id)

    def _erase(self, person_id: PersonId) -> int:
        if not self._path.exists():
            return 0
        with self._locked() as file:
            file.seek(0)
            lines = file.readlines()
            remaining = [line for line in lines if not _is_about(line, person_id)]
            if len(remaining) < len(lines):
                replacement = self._path.with_name(self._path.name + _NEW_SUFFIX)
                with replacement.open("wb") as new_file:
                    new_file.writelines(remaining)
                    new_file.flush()
                    os.fsync(new_file.fileno())
                shutil.copymode(self._path, replacement)
                replacement.replace(self._path)
        return len(lines) - len(remaining)

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        """The file, open for appending and locked. It is opened again if it was replaced while this process waited for it."""
        while True:
            with self._path.open("ab+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if self._path.exists() and os.path.samestat(os.fstat(file.fileno()), self._path.stat()):
                    yield file
                    return

    def _append(self, nudge: Nudge, *, search_first: bool) -> None:
        line = nudge.model_dump_json().encode() + b"\n"
        with self._locked() as file:
            if search_first and self._contains(nudge.id):
                return
            is_torn = file.seek(0, os.SEEK_END) > 0 and not self._ends_with_newline()
            file.write(b"\n" + line if is_torn else line)
            file.flush()
            os.fsync(file.fileno())

    def _contains(self, nudge_id: NudgeId) -> bool:
        field = f'"id":"{nudge_id}"'.encode()
        with self._path.open("rb") as file:
            return any(field in line and line.endswith(b"\n") for line in file)

    def _ends_with_newline(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


def _is_about(line: bytes, person_id: PersonId) -> bool:
    try:
        nudge = Nudge.model_validate_json(line)
    except ValidationError:
        return f'"id":"{person_id}"'.encode() in line  # torn by a crash
    senders = (nudge.sender.id,) if nudge.sender is not None else ()
    return person_id in (nudge.person.id, *senders, *(mention.id for mention in nudge.about))


def find_file_channel(channels: Mapping[str, Channel]) -> FileChannel | None:
    """The file channel among these, if one is configured."""
    return next((channel for channel in channels.values() if isinstance(channel, FileChannel)), None)


@channel_type("file", keys=FileKeys)
@asynccontextmanager
async def open_file(settings: FileKeys, _: ChannelResources) -> AsyncIterator[Sequence[Channel]]:
    yield [FileChannel(Path(settings.file.path))] if settings.file.path else []
