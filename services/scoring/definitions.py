"""The roster and the playbooks in force: shared by all who place and count, changed by one at a time."""

from dataclasses import replace

from services.scoring.domain.day import Definitions
from services.scoring.domain.playbook import Playbooks
from services.scoring.domain.playbook_file import read_playbooks
from services.scoring.domain.roster import NOBODY
from services.scoring.domain.roster_file import read_roster
from services.scoring.store import QUERIES
from shared.postgres import Connection


class DefinitionsCache:
    """The definitions in force, read anew only when their version has changed."""

    def __init__(self) -> None:
        self._known: Definitions | None = None

    async def share(self, connection: Connection) -> Definitions:
        """The definitions, which stay in force until the transaction ends."""
        await connection.execute(QUERIES["share_definitions"])
        return await self.read(connection)

    async def read(self, connection: Connection) -> Definitions:
        version = await connection.fetchval(QUERIES["find_definitions_version"])
        if self._known is None or self._known.version != version:
            self._known = await _read_definitions(connection, version)
        return self._known


async def _read_definitions(connection: Connection, version: int) -> Definitions:
    body = await connection.fetchval(QUERIES["find_roster"])
    rows = await connection.fetch(QUERIES["list_playbooks"])
    files = {row["body"]: read_playbooks(row["body"], file="stored playbook") for row in rows}
    newest = {(row["team"], row["effective_from"]): row for row in rows}
    versions = [
        replace(playbook, revises=row["reason"], number=row["version"])
        for body_text, playbooks in files.items()
        for playbook in playbooks
        if (row := newest.get((playbook.team, playbook.effective_from))) is not None and row["body"] == body_text
    ]
    roster = read_roster(body, file="stored roster") if body else NOBODY
    return Definitions(version=version, roster=roster, playbooks=Playbooks(versions))


async def lock_definitions(connection: Connection) -> None:
    """Keep everybody from placing and counting until the transaction ends."""
    await connection.execute(QUERIES["lock_definitions"])
