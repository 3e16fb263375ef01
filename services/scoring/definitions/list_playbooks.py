"""Every version of every playbook, which one is in force, and how many know of it."""

from datetime import datetime

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.store import QUERIES
from shared.requests.client import PlaybookList, PlaybookVersion


async def list_playbooks(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> PlaybookList:
    """By team and date. A version is in force on a team's own calendar: the earliest of its reps'."""
    async with pool.acquire() as connection:
        definitions = await cache.read(connection)
        rows = await connection.fetch(QUERIES["count_announcements"])
    counts = {row["version"]: (row["announced"], row["told"], row["acknowledged"]) for row in rows}
    versions = []
    for version in definitions.playbooks:
        today = min((rep_day_of(rep, now) for rep in definitions.roster.reps_of(version.team)), default=now.date())
        current = definitions.playbooks.in_force(version.team, today)
        state = "in force" if version is current else "coming" if version.effective_from > today else "past"
        announced, told, acknowledged = counts.get(version.number, (0, 0, 0))
        versions.append(
            PlaybookVersion(
                team=version.team,
                effective_from=version.effective_from,
                version=version.number,
                announced=announced,
                told=told,
                acknowledged=acknowledged,
                state=state,
                revises=version.revises,
                behaviours=tuple(behaviour.label for behaviour in version.behaviours),
                goals=tuple(goal.label for goal in version.goals),
            )
        )
    return PlaybookList(versions=tuple(versions))
