"""What a manager's reps dispute."""

from collections.abc import Collection
from typing import Final

from services.nudges.context.team_context import OpenDispute
from shared.events import RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def list_open_disputes(connection: Connection, rep_ids: Collection[RepId]) -> tuple[OpenDispute, ...]:
    """Those that nobody has answered, the oldest first."""
    rows = await connection.fetch(_QUERIES["list_open_disputes"], list(rep_ids))
    return tuple(OpenDispute(rep_id=RepId(row["rep_id"]), disputed_on=row["disputed_on"]) for row in rows)
