"""The roster and the playbooks in force, and who is forgotten: shared by all who place and count, changed by one at a time."""

from dataclasses import replace
from functools import lru_cache

from services.scoring.domain.day import Definitions
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.erased import KINDS, Forgotten
from services.scoring.domain.playbook.playbook import Playbooks
from services.scoring.domain.roster.roster import NOBODY, Roster
from services.scoring.store import QUERIES
from shared.postgres.pool import Connection
from shared.privacy.erasure import tombstone_of_key
from shared.service.settings import ErasureKeyChanged


class DefinitionsCache:
    """The definitions in force, read anew only when their version has changed. `forget_key` is the installation's."""

    def __init__(self, forget_key: bytes = b"") -> None:
        self._forget_key = forget_key
        self._known: Definitions | None = None

    async def share(self, connection: Connection) -> Definitions:
        """The definitions, which stay in force until the transaction ends."""
        await connection.execute(QUERIES["share_definitions"])
        return await self.read(connection)

    async def read(self, connection: Connection) -> Definitions:
        """The definitions as they are now.

        Raises:
            ForgetKeyChanged: who is forgotten could not be recognised.
        """
        version = await connection.fetchval(QUERIES["find_definitions_version"])
        if self._known is None or self._known.version != version:
            forgotten = await _read_forgotten(connection, self._forget_key)
            roster = await _read_roster(connection)
            playbooks = await _read_playbooks(connection)
            self._known = Definitions(version=version, roster=roster, playbooks=playbooks, forgotten=forgotten)
        return self._known


async def _read_roster(connection: Connection) -> Roster:
    body = await connection.fetchval(QUERIES["find_roster"])
    return _stored_roster(body) if body else NOBODY


@lru_cache(maxsize=2)
def _stored_roster(body: str) -> Roster:
    """The same object for the same text: what is remembered of a rep is found without comparing all that two reps hold."""
    return read_roster(body, file="stored roster")


async def _read_forgotten(connection: Connection, key: bytes) -> Forgotten:
    rows = await connection.fetch(QUERIES["list_forgotten"])
    found = {kind: frozenset(row["digest"] for row in rows if row["kind"] == kind) for kind in KINDS}
    if rows and tombstone_of_key(key) not in found["key"]:
        raise ErasureKeyChanged
    return Forgotten(key=key, people=found["person"], users=found["user"], contacts=found["contact"])


async def _read_playbooks(connection: Connection) -> Playbooks:
    rows = await connection.fetch(QUERIES["list_playbooks"])
    files = {row["body"]: read_playbooks(row["body"], file="stored playbook") for row in rows}
    newest = {(row["team"], row["effective_from"]): row for row in rows}
    return Playbooks(
        replace(playbook, revises=row["reason"], number=row["version"])
        for body_text, playbooks in files.items()
        for playbook in playbooks
        if (row := newest.get((playbook.team, playbook.effective_from))) is not None and row["body"] == body_text
    )


async def lock_definitions(connection: Connection) -> None:
    """Keep everybody from placing and counting until the transaction ends."""
    await connection.execute(QUERIES["lock_definitions"])
