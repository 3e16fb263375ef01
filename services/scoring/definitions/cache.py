"""The definitions in force, as every transaction that assigns or counts activities uses them.

Files are read beside the event loop: a large one takes a second, for which nothing else would be answered.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from services.scoring.definitions.entered_absences import list_entered
from services.scoring.definitions.stored_definitions import (
    Tombstone,
    find_roster,
    find_version,
    list_playbook_files,
    list_playbooks,
    list_tombstones,
    lock_definitions,
    share_definitions,
)
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.erased import TOMBSTONE_KINDS, ErasedPeople
from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from services.scoring.domain.roster.entered_absences import EnteredDay, with_entered_absences
from services.scoring.domain.roster.roster import EMPTY_ROSTER, Roster
from shared.events import TeamId
from shared.postgres.pool import Connection
from shared.privacy.erasure import tombstone_of_key
from shared.service.settings import ErasureKeyChanged

_PlaybookKey = tuple[TeamId, date]
_FilePlaybooks = Mapping[_PlaybookKey, Playbook]


class DefinitionsCache:
    """Reads the definitions again only when their version has changed. `erasure_key` is the installation's; without one nobody
    can be erased."""

    def __init__(self, erasure_key: bytes = b"") -> None:
        self._erasure_key = erasure_key
        self._cached: Definitions | None = None
        self._reading = asyncio.Lock()
        self._roster = _ParsedRoster("", EMPTY_ROSTER)
        self._files: dict[int, _FilePlaybooks] = {}

    async def refuse_other_key(self, connection: Connection) -> None:
        """Check the erasure key, without reading the definitions.

        Raises:
            ErasureKeyChanged: as `read`.
        """
        _erased_people(await list_tombstones(connection), self._erasure_key)

    async def share(self, connection: Connection) -> Definitions:
        """The definitions, which stay in force until the transaction ends.

        Raises:
            ErasureKeyChanged: as `read`.
        """
        return await self.read_shared(connection, await share_definitions(connection))

    @property
    def newest(self) -> Definitions | None:
        """The definitions that were read last; None at first. Others may be in force by now."""
        return self._cached

    async def read_shared(self, connection: Connection, version: int) -> Definitions:
        """The definitions of a version that the transaction shares.

        Raises:
            ErasureKeyChanged: as `read`.
        """
        return await self._read_version(connection, version)

    async def lock(self, connection: Connection) -> Definitions:
        """The definitions, which nobody else uses or changes until the transaction ends.

        Raises:
            ErasureKeyChanged: as `read`.
        """
        await lock_definitions(connection)
        return await self.read(connection)

    async def read(self, connection: Connection) -> Definitions:
        """The definitions as they are now.

        Raises:
            ErasureKeyChanged: people were erased under another key, and would not be recognised.
        """
        return await self._read_version(connection, await find_version(connection))

    async def _read_version(self, connection: Connection, version: int) -> Definitions:
        if self._cached is not None and self._cached.version == version:
            return self._cached
        async with self._reading:  # who comes meanwhile waits, and finds the result
            if self._cached is None or self._cached.version != version:
                self._cached = await self._read_all(connection, version)
            return self._cached

    async def _read_all(self, connection: Connection, version: int) -> Definitions:
        erased = _erased_people(await list_tombstones(connection), self._erasure_key)
        playbooks = await self._read_playbooks(connection)
        return Definitions(version=version, roster=await self._read_roster(connection), playbooks=playbooks, erased=erased)

    async def _read_roster(self, connection: Connection) -> Roster:
        """With the absences that managers have entered: the only place where the two are put together. As long as neither
        changes it is one object: caches then find a rep by identity, without comparing every field."""
        stored = await find_roster(connection)
        if stored is None:
            return EMPTY_ROSTER
        body = stored.body
        entered = frozenset(absence.entered_day for absence in await list_entered(connection))
        if self._roster.body != body:
            self._roster = _ParsedRoster(body, await asyncio.to_thread(read_roster, body, file="stored roster"))
        return self._roster.with_entered(entered)

    async def _read_playbooks(self, connection: Connection) -> Playbooks:
        """Each version out of the file that it was applied with; the other versions in that file may have been replaced. A
        file is read once, whatever the number of its versions."""
        stored = await list_playbooks(connection)
        files = {row.file for row in stored}
        for file, body in (await list_playbook_files(connection, files - self._files.keys())).items():
            playbooks = await asyncio.to_thread(read_playbooks, body, file="stored playbook")
            self._files[file] = {(playbook.team, playbook.effective_from): playbook for playbook in playbooks}
        self._files = {file: self._files[file] for file in files}
        return Playbooks(
            replace(
                self._files[row.file][row.team, row.effective_from],
                revises=row.reason,
                number=row.version,
                wording=row.wording,
            )
            for row in stored
        )


class _ParsedRoster:
    """The roster of a file, and the one with the entered absences that was asked for last."""

    def __init__(self, body: str, roster: Roster) -> None:
        self.body = body
        self._roster = roster
        self._entered: frozenset[EnteredDay] = frozenset()
        self._in_force = roster

    def with_entered(self, entered: frozenset[EnteredDay]) -> Roster:
        if entered != self._entered:
            self._entered, self._in_force = entered, with_entered_absences(self._roster, entered)
        return self._in_force


def _erased_people(tombstones: Sequence[Tombstone], key: bytes) -> ErasedPeople:
    digests = {
        kind: frozenset(tombstone.digest for tombstone in tombstones if tombstone.kind == kind) for kind in TOMBSTONE_KINDS
    }
    if tombstones and tombstone_of_key(key) not in digests["key"]:
        raise ErasureKeyChanged
    return ErasedPeople(key=key, people=digests["person"], users=digests["user"], contacts=digests["contact"])
