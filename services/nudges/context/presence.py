"""On which of their working days reps logged anything, and what is known about questions to managers when they did not."""

from collections.abc import Collection
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from services.nudges.domain.candidate import SILENCE_RULE
from services.nudges.domain.silence.evidence import PresentDay, SilenceBudget
from shared.events import ManagerId, RepId, TeamId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
HISTORY: Final = timedelta(weeks=18)


async def list_presence(
    connection: Connection, rep_ids: Collection[RepId], *, before: date
) -> dict[RepId, tuple[PresentDay, ...]]:
    """By rep, the working days of the eighteen weeks before a day that are over, oldest first, from the first one with activity
    on. Empty for a rep without any."""
    rows = await connection.fetch(_QUERIES["list_presence"], list(rep_ids), before - HISTORY, before)
    presence: dict[RepId, tuple[PresentDay, ...]] = dict.fromkeys(rep_ids, ())
    for rep_id, of_rep in groupby(rows, key=lambda row: RepId(row["rep_id"])):
        presence[rep_id] = tuple(PresentDay(row["day"], row["has_activity"]) for row in of_rep)
    return presence


async def list_silence_budgets(connection: Connection, team_ids: Collection[TeamId]) -> dict[TeamId, SilenceBudget]:
    """Of those of these teams that are calibrated."""
    rows = await connection.fetch(_QUERIES["list_silence_strictness"], list(team_ids), SILENCE_RULE)
    return {TeamId(row["team_id"]): SilenceBudget(strictness=row["strictness"]) for row in rows}


async def list_silences_asked(connection: Connection, manager_id: ManagerId, *, today: date) -> frozenset[str]:
    """The occasions of the questions about silent reps that a manager has been asked within eighteen weeks, or was not because
    they had called such questions wrong or not useful."""
    rows = await connection.fetch(_QUERIES["list_silences_asked"], manager_id, SILENCE_RULE, today - HISTORY)
    return frozenset(row["occasion"] for row in rows)
