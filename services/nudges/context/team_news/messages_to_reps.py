"""What a manager's reps were sent."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from services.nudges.context.team_context import MessageToRep
from shared.events import ManagerId, NudgeKind, RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def list_messages_to_reps(
    connection: Connection, manager_id: ManagerId, rep_ids: Collection[RepId], *, since: date, today: date, now: datetime
) -> tuple[MessageToRep, ...]:
    """Before `now`, since the message of the last morning before `today`, but not before the rep's own day `since`."""
    rows = await connection.fetch(_QUERIES["list_messages_to_reps"], manager_id, list(rep_ids), since, today, now)
    return tuple(MessageToRep(rep_id=RepId(row["person_id"]), rule=row["rule"], kind=NudgeKind(row["kind"])) for row in rows)
