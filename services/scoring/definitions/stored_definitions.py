"""The rosters that were applied."""

from services.scoring.domain.definition_files.roster_history import RosterVersion
from services.scoring.store import QUERIES
from shared.postgres.pool import Connection


async def list_rosters(connection: Connection) -> list[RosterVersion]:
    """Every one, the newest first."""
    return [RosterVersion(**dict(row)) for row in await connection.fetch(QUERIES["list_rosters"])]
