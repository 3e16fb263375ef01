"""What the last weeks would have looked like under a playbook, before it binds anybody."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import asyncpg

from services.scoring import store
from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.day import NOTHING_COUNTED, Definitions
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.domain.roster.roster import Rep
from shared.errors import DaymarkError
from shared.requests.client import Preview, PreviewDay, PreviewQuery, PreviewRep

_DONE = Decimal(100)


class NothingToPreview(DaymarkError):
    """Nobody in the roster is in the playbook's team. Apply the roster first, or correct the team."""


async def preview_playbooks(pool: asyncpg.Pool, cache: DefinitionsCache, query: PreviewQuery, *, now: datetime) -> Preview:
    """Every rep's last weeks, today not included, as they were judged and as each would have been under the file.

    Raises:
        DefinitionRefused: the file is wrong.
        NothingToPreview: it is for a team without reps.
    """
    candidates = {one.team: one for one in read_playbooks(query.text, file=query.name)}
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = (await cache.read(connection)).with_nothing_known()
        wanted = _days(candidates, definitions, weeks=query.weeks, now=now)
        if not wanted:
            raise NothingToPreview(", ".join(candidates))
        tallies = await recount_days(connection, {place: candidate for place, (_, candidate) in wanted.items()})
        judged = await store.list_scores_of(connection, list(wanted))
    by_rep: dict[str, list[PreviewDay]] = {}
    for place, (rep, candidate) in wanted.items():
        counts = tallies.get(place, NOTHING_COUNTED).counts
        would_be = definitions.score_under(candidate, rep, place.day, counts).shown
        was = judged[place] if place in judged else definitions.shown_score(rep.id, place.day, {})
        by_rep.setdefault(rep.id, []).append(PreviewDay(day=place.day, was=was, would_be=would_be))
    reps = definitions.roster.reps
    return Preview(reps=tuple(_summary(reps[rep_id], days) for rep_id, days in sorted(by_rep.items())))


def _days(
    candidates: dict[str, Playbook], definitions: Definitions, *, weeks: int, now: datetime
) -> dict[Place, tuple[Rep, Playbook]]:
    """The days to judge, and by what: those on which the rep was in the team."""
    days: dict[Place, tuple[Rep, Playbook]] = {}
    for rep in definitions.roster.reps.values():
        today = rep_day_of(rep, now)
        for back in range(weeks * 7, 0, -1):
            day: date = today - timedelta(days=back)
            candidate = candidates.get(rep.on(day).team)
            if candidate is not None and rep.is_employed_on(day):
                days[Place(rep.id, day)] = (rep, candidate)
    return days


def _summary(rep: Rep, days: Sequence[PreviewDay]) -> PreviewRep:
    was = [day.was for day in days if day.was is not None]
    would_be = [day.would_be for day in days if day.would_be is not None]
    return PreviewRep(
        rep=rep.id,
        name=rep.name,
        was=_mean(was),
        would_be=_mean(would_be),
        done=sum(score >= _DONE for score in was),
        would_be_done=sum(score >= _DONE for score in would_be),
        days=tuple(days),
    )


def _mean(scores: Sequence[Decimal]) -> Decimal | None:
    return (sum(scores, Decimal(0)) / len(scores)).quantize(Decimal("0.01")) if scores else None
