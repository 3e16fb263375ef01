"""Whose first day it is."""

from collections.abc import Collection
from datetime import date
from typing import Final

from shared.events import RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


async def list_first_days(connection: Querier, rep_ids: Collection[RepId], day: date) -> frozenset[RepId]:
    """Which of these reps work on `day` for the first time, in a team that has been there for longer.

    A rep who was in another team before, or on leave, or had any activity, has been there before. A team has been there for
    longer if at least half of everybody who worked in it in the last six weeks did so two weeks ago or earlier, on days that
    were not imported. So nobody has a first day when Daymark is installed, when a team gets its first playbook, or when a
    whole group of reps enters the roster.
    """
    teams = {
        RepId(row["rep_id"]): row["team_id"] for row in await connection.fetch(_QUERIES["list_new_reps"], list(rep_ids), day)
    }
    if not teams:
        return frozenset()
    established = await connection.fetch(_QUERIES["list_established_teams"], list(set(teams.values())), day)
    team_ids = {row["team_id"] for row in established}
    return frozenset(rep_id for rep_id, team_id in teams.items() if team_id in team_ids)
