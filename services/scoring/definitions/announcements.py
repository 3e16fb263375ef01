"""Announcements of playbook versions in Postgres: one row per rep and version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.scoring.domain.playbook.bindings import Announced, Announcements, Notice
from shared.events import RepId, TeamId, VersionNumber
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)

AnnouncementPosition = tuple[VersionNumber, RepId]
"""Where a page of announcements ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAnnouncement:
    """What was announced to a rep, and what became of it."""

    version: VersionNumber
    team: TeamId
    effective_from: date
    rep_id: RepId
    binds_from: date
    announced_at: datetime
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementCounts:
    """To how many reps a version was announced, to how many it was delivered, and how many have acknowledged it."""

    announced: int = 0
    delivered: int = 0
    acknowledged: int = 0


async def list_announced(connection: Connection, rep_ids: Collection[RepId]) -> Announcements:
    """What was announced to these reps, by rep and version."""
    rows = await connection.fetch(_QUERIES["list_announced"], list(rep_ids))
    return {
        (row["rep_id"], row["version"]): Announced(
            first=row["binds_from"], announcement_number=row["announcement_number"], is_withdrawn=row["is_withdrawn"]
        )
        for row in rows
    }


async def merge_notices(connection: Connection, notices: Sequence[Notice], *, now: datetime) -> None:
    """Store that these versions were announced or withdrawn."""
    await connection.execute(
        _QUERIES["merge_notices"],
        [notice.rep_id for notice in notices],
        [notice.version for notice in notices],
        [notice.first for notice in notices],
        [notice.announcement_number for notice in notices],
        [notice.binding is None for notice in notices],
        now,
    )


async def mark_delivered(
    connection: Connection,
    rep_id: RepId,
    version: VersionNumber,
    *,
    delivered_at: datetime,
    acknowledged_at: datetime | None = None,
) -> None:
    """Record a delivery, or an acknowledgement. The earliest time of each counts, so order and duplicates change nothing."""
    await connection.execute(_QUERIES["mark_delivered"], rep_id, version, delivered_at, acknowledged_at)


async def find_delivered_at(connection: Connection, rep_id: RepId, version: VersionNumber) -> datetime | None:
    """When the announcement of the version reached the rep; None if it has not."""
    delivered_at: datetime | None = await connection.fetchval(_QUERIES["find_delivered_at"], rep_id, version)
    return delivered_at


async def list_page(
    connection: Connection,
    *,
    team: TeamId | None,
    effective_from: date | None,
    after: AnnouncementPosition | None,
    limit: int,
) -> list[StoredAnnouncement]:
    """One page, the newest version first, then by rep."""
    version, rep_id = after or (None, None)
    rows = await connection.fetch(_QUERIES["list_announcements"], team, effective_from, version, rep_id, limit)
    return [
        StoredAnnouncement(
            version=row["version"],
            team=row["team"],
            effective_from=row["effective_from"],
            rep_id=row["rep_id"],
            binds_from=row["binds_from"],
            announced_at=row["announced_at"],
            delivered_at=row["delivered_at"],
            acknowledged_at=row["acknowledged_at"],
            withdrawn_at=row["withdrawn_at"],
        )
        for row in rows
    ]


async def count_announcements(connection: Connection) -> dict[VersionNumber, AnnouncementCounts]:
    """By version, without withdrawn announcements."""
    return {
        row["version"]: AnnouncementCounts(
            announced=row["announced"], delivered=row["delivered"], acknowledged=row["acknowledged"]
        )
        for row in await connection.fetch(_QUERIES["count_announcements"])
    }


async def delete_announcements_of(connection: Connection, rep_id: RepId) -> None:
    await connection.execute(_QUERIES["delete_announcements_of"], rep_id)
