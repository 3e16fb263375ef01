"""Every version of every playbook: which one is in force, and to how many reps it was announced."""

from datetime import datetime
from typing import Final

import asyncpg

from services.scoring.definitions.announcements import AnnouncementCounts, count_announcements
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.roster.calendar import team_day_of
from shared.requests.definitions import PlaybookList, PlaybookVersion

_NOT_ANNOUNCED: Final = AnnouncementCounts()


async def list_playbooks(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> PlaybookList:
    """By team and date. "In force" is judged on the earliest calendar among the team's reps."""
    async with pool.acquire() as connection:
        definitions = await cache.read(connection)
        counts_by_version = await count_announcements(connection)
    versions = []
    for version in definitions.playbooks:
        today = team_day_of(definitions.roster, version.team, now)
        current = definitions.playbooks.in_force(version.team, today)
        counts = counts_by_version.get(version.number, _NOT_ANNOUNCED)
        versions.append(
            PlaybookVersion(
                team=version.team,
                is_team_in_roster=version.team in definitions.roster.team_ids,
                effective_from=version.effective_from,
                version=version.number,
                announced=counts.announced,
                delivered=counts.delivered,
                acknowledged=counts.acknowledged,
                state="in force" if version is current else "coming" if version.effective_from > today else "past",
                revises=version.revises,
                behaviours=tuple(behaviour.label for behaviour in version.behaviours),
                goals=tuple(goal.label for goal in version.goals),
            )
        )
    return PlaybookList(versions=tuple(versions))
