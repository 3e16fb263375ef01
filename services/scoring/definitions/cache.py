"""The definitions in force, as every transaction that assigns or counts activities uses them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from services.scoring.definitions.entered_absences import list_entered
from services.scoring.definitions.stored_definitions import (
    StoredPlaybook,
    Tombstone,
    find_roster,
    find_version,
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
from shared.postgres.pool import Connection
from shared.privacy.erasure import tombstone_of_key
from shared.service.settings import ErasureKeyChanged


class DefinitionsCache:
    """Reads the definitions again only when their version has changed. `erasure_key` is the installation's; without one nobody
    can be erased."""

    def __init__(self, erasure_key: bytes = b"") -> None:
        self._erasure_key = erasure_key
        self._cached: Definitions | None = None

    async def share(self, connection: Connection) -> Definitions:
        """The definitions, which stay in force until the transaction ends.

        Raises:
            ErasureKeyChanged: as `read`.
        """
        await share_definitions(connection)
        return await self.read(connection)

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
        version = await find_version(connection)
        if self._cached is None or self._cached.version != version:
            self._cached = await self._read_all(connection, version)
        return self._cached

    async def _read_all(self, connection: Connection, version: int) -> Definitions:
        erased = _erased_people(await list_tombstones(connection), self._erasure_key)
        roster_body = await find_roster(connection)
        playbooks = Playbooks(_playbooks(await list_playbooks(connection)))
        entered = frozenset(absence.entered_day for absence in await list_entered(connection))
        roster = _roster_in_force(roster_body, entered) if roster_body else EMPTY_ROSTER
        return Definitions(version=version, roster=roster, playbooks=playbooks, erased=erased)


@lru_cache(maxsize=2)
def _parsed_roster(body: str) -> Roster:
    """One object for one text: caches then find a rep by identity, without comparing every field."""
    return read_roster(body, file="stored roster")


@lru_cache(maxsize=2)
def _roster_in_force(body: str, entered: frozenset[EnteredDay]) -> Roster:
    """With the absences that managers have entered: the only place where the two are put together."""
    return with_entered_absences(_parsed_roster(body), entered)


def _erased_people(tombstones: Sequence[Tombstone], key: bytes) -> ErasedPeople:
    digests = {
        kind: frozenset(tombstone.digest for tombstone in tombstones if tombstone.kind == kind) for kind in TOMBSTONE_KINDS
    }
    if tombstones and tombstone_of_key(key) not in digests["key"]:
        raise ErasureKeyChanged
    return ErasedPeople(key=key, people=digests["person"], users=digests["user"], contacts=digests["contact"])


def _playbooks(stored: Sequence[StoredPlaybook]) -> list[Playbook]:
    """Each version out of the file that it was applied with; the other versions in that file may have been replaced."""
    files = {row.body: read_playbooks(row.body, file="stored playbook") for row in stored}
    return [
        replace(playbook, revises=row.reason, number=row.version)
        for row in stored
        for playbook in files[row.body]
        if (playbook.team, playbook.effective_from) == (row.team, row.effective_from)
    ]
