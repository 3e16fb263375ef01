"""What was announced to reps, and when it reached them."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.domain.announcements import Announcement
from shared.events import NudgeId, PlaybookAnnounced, RepId, VersionNumber
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


async def list_announcements(connection: Querier | asyncpg.Pool, rep_id: RepId) -> list[Announcement]:
    """Everything that was or will be announced to a rep."""
    return [
        Announcement(
            playbook=PlaybookAnnounced.model_validate_json(row["body"]),
            nudge_id=NudgeId(row["nudge_id"]),
            delivered_at=row["delivered_at"],
            acknowledged_at=row["acknowledged_at"],
        )
        for row in await connection.fetch(_QUERIES["list_announcements"], rep_id)
    ]


async def find_delivered_at(connection: Querier, rep_id: RepId, version: VersionNumber | None) -> datetime | None:
    """When the announcement of a version reached a rep; None if it has not."""
    delivered_at: datetime | None = await connection.fetchval(_QUERIES["find_delivered_at"], rep_id, version)
    return delivered_at


async def list_delivered_at(connection: Querier, rep_ids: Collection[RepId]) -> dict[RepId, dict[VersionNumber, datetime]]:
    """When the announcement of each version reached each of these reps."""
    delivered: dict[RepId, dict[VersionNumber, datetime]] = {rep_id: {} for rep_id in rep_ids}
    for row in await connection.fetch(_QUERIES["list_delivered_at"], list(rep_ids)):
        delivered[RepId(row["rep_id"])][VersionNumber(row["version"])] = row["delivered_at"]
    return delivered
