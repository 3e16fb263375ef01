"""List what managers have entered, for whoever keeps the roster file."""

from itertools import groupby

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.entered_absences import list_entered
from services.scoring.domain.roster.entered_absences import spans_of
from shared.requests.absences import AbsenceList, AbsenceRow


async def list_absences(pool: asyncpg.Pool, cache: DefinitionsCache) -> AbsenceList:
    """Everything that is entered, with who entered it and when."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        roster = (await cache.read(connection)).roster
        entered = await list_entered(connection)
    rows = [
        AbsenceRow(
            rep=rep_id,
            rep_name=roster.reps[rep_id].name if rep_id in roster.reps else "",
            first=first,
            last=last,
            entered_by=roster.name_of_manager(manager_id),
            entered_at=entered_at,
        )
        for (rep_id, manager_id, entered_at), together in groupby(
            sorted(entered, key=lambda absence: (absence.rep_id, absence.manager_id, absence.entered_at, absence.day)),
            key=lambda absence: (absence.rep_id, absence.manager_id, absence.entered_at),
        )
        for first, last in spans_of(absence.day for absence in together)
    ]
    return AbsenceList(rows=tuple(sorted(rows, key=lambda row: (row.rep, row.first))))
