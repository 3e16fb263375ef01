"""Rosters, playbook versions and tombstones in Postgres, and the lock that guards them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.scoring.domain.definition_files.roster_history import RosterVersion
from services.scoring.domain.erased import TombstoneKind
from services.scoring.domain.playbook.playbook import Playbook
from shared.events import ManagerId, PersonId, TeamId, VersionNumber
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterInForce:
    """A roster file, and who changed it last on a page: None if it was applied as a file, empty if that person was erased."""

    body: str
    applied_at: datetime
    entered_by: PersonId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPlaybook:
    """A version of a team's playbook. `file` numbers the file that it was applied with, or the one with its newest words, which
    may hold other teams' as well. `wording` numbers these words; it is 0 if they never changed."""

    version: VersionNumber
    team: TeamId
    effective_from: date
    file: int
    reason: str
    wording: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """A version, or a change of its words, which `wording` numbers; it is 0 for the version itself. `published_by` is a
    manager's id; None if a file was applied, and empty for somebody who was erased. `reason` is why it begins in the past."""

    version: VersionNumber
    wording: int
    effective_from: date
    reason: str
    published_by: ManagerId | None
    applied_at: datetime

    def is_in(self, edition: str) -> bool:
        """Whether it had been published when this edition was the newest."""
        version, wording = map(int, edition.split("."))
        return self.wording <= wording if self.wording else self.version <= version


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone:
    """The hash of an erased person, of one of their users, of a contact, or of the erasure key itself."""

    kind: TombstoneKind
    digest: bytes


async def share_definitions(connection: Connection) -> int:
    """Keep the definitions as they are until the transaction ends. Others may share them at the same time. Returns their
    version."""
    version: int = await connection.fetchval(_QUERIES["share_definitions"])
    return version


async def lock_definitions(connection: Connection) -> None:
    """Be the only one who uses the definitions until the transaction ends."""
    await connection.execute(_QUERIES["lock_definitions"])


async def find_version(connection: Connection) -> int:
    """The version of all definitions together. It rises with every change."""
    version: int = await connection.fetchval(_QUERIES["find_version"])
    return version


async def bump_version(connection: Connection) -> None:
    """Make every replica read the definitions again. Needs the definitions locked."""
    await connection.execute(_QUERIES["bump_version"])


async def find_roster(connection: Connection) -> RosterInForce | None:
    """The roster in force; None before the first."""
    row = await connection.fetchrow(_QUERIES["find_roster"])
    if row is None:
        return None
    return RosterInForce(body=row["body"], applied_at=row["applied_at"], entered_by=row["entered_by"])


async def find_roster_file(connection: Connection) -> str | None:
    """The newest roster that was applied as a file; None if none was."""
    body: str | None = await connection.fetchval(_QUERIES["find_roster_file"])
    return body


async def list_rosters(connection: Connection) -> list[RosterVersion]:
    """Every roster file that was applied, the newest first."""
    rows = await connection.fetch(_QUERIES["list_rosters"])
    return [RosterVersion(version=row["version"], body=row["body"]) for row in rows]


async def add_roster(connection: Connection, body: str, *, entered_by: PersonId | None = None, now: datetime) -> None:
    await connection.execute(_QUERIES["add_roster"], body, now, entered_by)


async def update_roster(connection: Connection, version: int, body: str) -> None:
    await connection.execute(_QUERIES["update_roster"], version, body)


async def remove_editor(connection: Connection, person_id: PersonId) -> None:
    """Leave what an erased person has entered into rosters, without their id."""
    await connection.execute(_QUERIES["remove_editor"], person_id)


async def list_playbooks(connection: Connection) -> list[StoredPlaybook]:
    """The newest version for each team and date."""
    return [
        StoredPlaybook(
            version=row["version"],
            team=row["team"],
            effective_from=row["effective_from"],
            file=row["file"],
            reason=row["reason"],
            wording=row["wording"],
        )
        for row in await connection.fetch(_QUERIES["list_playbooks"])
    ]


async def list_publications(connection: Connection, team_id: TeamId) -> list[Publication]:
    """Everything that was published for a team, the newest first; also versions that others of the same date have replaced."""
    return [
        Publication(
            version=row["version"],
            wording=row["wording"],
            effective_from=row["effective_from"],
            reason=row["reason"],
            published_by=row["published_by"],
            applied_at=row["applied_at"],
        )
        for row in await connection.fetch(_QUERIES["list_publications"], team_id)
    ]


async def list_playbook_files(connection: Connection, files: Collection[int]) -> dict[int, str]:
    """The texts of these files, by number."""
    rows = await connection.fetch(_QUERIES["list_playbook_files"], sorted(files))
    return {row["file"]: row["body"] for row in rows}


def edition_of(publications: Sequence[Publication]) -> str:
    """Changes whenever something is published for the team."""
    versions = max((publication.version for publication in publications), default=0)
    wordings = max((publication.wording for publication in publications), default=0)
    return f"{versions}.{wordings}"


async def add_playbooks(
    connection: Connection, playbooks: Sequence[Playbook], body: str, *, published_by: ManagerId | None, now: datetime
) -> list[Playbook]:
    """Store versions with the file that they stand in. Returns them with their numbers."""
    rows = await connection.fetch(
        _QUERIES["add_playbooks"],
        body,
        [playbook.team for playbook in playbooks],
        [playbook.effective_from for playbook in playbooks],
        [playbook.revises for playbook in playbooks],
        now,
        published_by,
    )
    numbers = {(row["team"], row["effective_from"]): row["version"] for row in rows}
    return [replace(playbook, number=numbers[playbook.team, playbook.effective_from]) for playbook in playbooks]


async def add_wordings(
    connection: Connection, playbooks: Sequence[Playbook], body: str, *, published_by: ManagerId | None, now: datetime
) -> list[Playbook]:
    """Store other words of versions with the file that they stand in. Returns the versions with the numbers of their words."""
    numbers = [playbook.number for playbook in playbooks]
    rows = await connection.fetch(_QUERIES["add_wordings"], body, numbers, published_by, now)
    wordings = {row["version"]: row["wording"] for row in rows}
    return [replace(playbook, wording=wordings[playbook.number]) for playbook in playbooks]


async def remove_publisher(connection: Connection, person_id: PersonId) -> None:
    """What an erased manager has published stays, without their id."""
    await connection.execute(_QUERIES["remove_publisher"], person_id)


async def list_tombstones(connection: Connection) -> list[Tombstone]:
    rows = await connection.fetch(_QUERIES["list_tombstones"])
    return [Tombstone(kind=row["kind"], digest=row["digest"]) for row in rows]


async def add_tombstones(connection: Connection, tombstones: Sequence[Tombstone], *, now: datetime) -> None:
    kinds, digests = [tombstone.kind for tombstone in tombstones], [tombstone.digest for tombstone in tombstones]
    await connection.execute(_QUERIES["add_tombstones"], kinds, digests, now)
