"""Targets that a team would reach on two days out of five: the 60th percentile of what its reps did on their worked days."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

import asyncpg

from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import EMPTY_TALLY, Tally
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Behaviour, Playbook
from services.scoring.domain.roster.calendar import presence_on, rep_day_of
from services.scoring.playbooks.draft_playbook import read_draft
from shared.events import Presence
from shared.requests.playbook.drafts import DraftQuery, SuggestedTargets, Suggestions

WEEKS: Final = 8
DAYS_MIN: Final = 10
PERCENTILE: Final = Fraction(60, 100)
_WORKING_WEEK: Final = frozenset(range(5))
_FRIDAY: Final = 4
_WHOLE_DAY: Final = (Presence.WORKING, Fraction(1))


async def suggest_targets(pool: asyncpg.Pool, cache: DefinitionsCache, query: DraftQuery, *, now: datetime) -> Suggestions:
    """For each behaviour of the draft, as it counts there. Days on which nothing of it counted are not looked at.

    Raises:
        DefinitionRefused: the draft has mistakes.
    """
    playbook = await asyncio.to_thread(read_draft, query)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        days = dict.fromkeys(_whole_days(playbook, definitions, now=now), playbook)
        tallies = await recount_days(connection, days)
    return Suggestions(behaviours=tuple(_suggest(behaviour, tallies) for behaviour in playbook.behaviours))


def _whole_days(playbook: Playbook, definitions: Definitions, *, now: datetime) -> Sequence[RepDay]:
    """The days of the last weeks that reps of the team worked in full, without today."""
    days = []
    for rep in definitions.roster.reps_of(playbook.team):
        today = rep_day_of(rep, now)
        for back in range(1, 7 * WEEKS + 1):
            day = today - timedelta(days=back)
            if rep.on(day).team == playbook.team and presence_on(rep, day) == _WHOLE_DAY:
                days.append(RepDay(rep.id, day))
    return days


def _suggest(behaviour: Behaviour, tallies: Mapping[RepDay, Tally]) -> SuggestedTargets:
    counts: dict[int, list[int]] = defaultdict(list)
    for rep_day, tally in tallies.items():
        if tally != EMPTY_TALLY and any(tally.counts.values()):
            counts[rep_day.day.weekday()].append(tally.counts.get(behaviour.key, 0))
    targets: list[Decimal | None] = [None] * 7
    for group in weekday_groups(behaviour):
        suggestion = percentile([count for weekday in group for count in counts[weekday]])
        for weekday in group:
            targets[weekday] = suggestion
    return SuggestedTargets(key=behaviour.key, targets=tuple(targets), days=sum(map(len, counts.values())))


def weekday_groups(behaviour: Behaviour) -> list[frozenset[int]]:
    """Weekdays that have the same target belong together. If the days from Monday to Friday all have, Friday stands alone: it
    is often a different day."""
    by_target: dict[Fraction, set[int]] = defaultdict(set)
    for weekday, target in enumerate(behaviour.targets):
        if target or (not any(behaviour.targets) and weekday in _WORKING_WEEK):
            by_target[target].add(weekday)
    groups = [frozenset(weekdays) for weekdays in by_target.values()]
    if len(groups) == 1 and groups[0] >= _WORKING_WEEK:
        return [groups[0] - {_FRIDAY}, frozenset({_FRIDAY})]
    return groups


def percentile(counts: Sequence[int]) -> Decimal | None:
    """By nearest rank; None while fewer than ten days are known, and where most days have none."""
    if len(counts) < DAYS_MIN:
        return None
    suggestion = sorted(counts)[ceil(PERCENTILE * len(counts)) - 1]
    return Decimal(suggestion) if suggestion else None
