"""What the last weeks would look like under a playbook that is not in force yet."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import asyncpg

from services.scoring.days.days import list_scores
from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import EMPTY_TALLY
from services.scoring.domain.definition_files.playbook_file import read_playbooks, refuse_unknown_teams
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.domain.roster.roster import Rep
from shared.errors import DaymarkError
from shared.events import RepId, TeamId
from shared.requests.definitions import Preview, PreviewDay, PreviewQuery, PreviewRep

_PLAN_DONE: Final = Decimal(100)


class NothingToPreview(DaymarkError):
    """No rep of the roster is in the playbook's team. Apply the roster first, or correct the team."""


async def preview_playbooks(pool: asyncpg.Pool, cache: DefinitionsCache, query: PreviewQuery, *, now: datetime) -> Preview:
    """Every rep's last weeks without today, as they were judged and as the file would judge them.

    Raises:
        DefinitionRefused: the file has mistakes, or a new version is for a team that the roster lacks.
        NothingToPreview: the file's teams have no reps.
    """
    playbooks = await asyncio.to_thread(read_playbooks, query.text, file=query.name)
    candidates = {playbook.team: playbook for playbook in playbooks}
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = (await cache.read(connection)).with_empty_cache()
        new = [playbook for playbook in playbooks if playbook not in definitions.playbooks.of(playbook.team)]
        refuse_unknown_teams(query.text, new, definitions.roster.team_ids, file=query.name)
        versions = _versions(candidates, definitions, weeks=query.weeks, now=now)
        if not versions:
            raise NothingToPreview(", ".join(candidates))
        tallies = await recount_days(connection, versions)
        stored_scores = await list_scores(connection, list(versions))
    reps = definitions.roster.reps
    days_by_rep: dict[RepId, list[PreviewDay]] = {}
    for rep_day, candidate in versions.items():
        rep_id, day = rep_day
        counts = tallies.get(rep_day, EMPTY_TALLY).counts
        would_be = definitions.score_under(candidate, reps[rep_id], day, counts).shown
        was = stored_scores[rep_day] if rep_day in stored_scores else definitions.shown_score(rep_id, day, {})
        days_by_rep.setdefault(rep_id, []).append(PreviewDay(day=day, was=was, would_be=would_be))
    return Preview(reps=tuple(_summary(reps[rep_id], days) for rep_id, days in sorted(days_by_rep.items())))


def _versions(
    candidates: Mapping[TeamId, Playbook], definitions: Definitions, *, weeks: int, now: datetime
) -> dict[RepDay, Playbook]:
    """The days to preview, each with the candidate of the team that the rep was in."""
    versions: dict[RepDay, Playbook] = {}
    for rep in definitions.roster.reps.values():
        today = rep_day_of(rep, now)
        for back in range(weeks * 7, 0, -1):
            day = today - timedelta(days=back)
            candidate = candidates.get(rep.on(day).team)
            if candidate is not None and rep.is_employed_on(day):
                versions[RepDay(rep.id, day)] = candidate
    return versions


def _summary(rep: Rep, days: Sequence[PreviewDay]) -> PreviewRep:
    """Both sides are of the same days: those that had a score. Where none had one, there is only what would be."""
    compared = [day for day in days if day.was is not None] or days
    was = [day.was for day in compared if day.was is not None]
    would_be = [day.would_be for day in compared if day.would_be is not None]
    return PreviewRep(
        rep=rep.id,
        name=rep.name,
        was=_mean(was),
        would_be=_mean(would_be),
        done=sum(score >= _PLAN_DONE for score in was),
        would_be_done=sum(score >= _PLAN_DONE for score in would_be),
        days=tuple(days),
    )


def _mean(scores: Sequence[Decimal]) -> Decimal | None:
    return (sum(scores, Decimal(0)) / len(scores)).quantize(Decimal("0.01")) if scores else None
