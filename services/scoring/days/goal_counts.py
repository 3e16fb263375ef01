"""How far the goals in force on a day have come, up to and including the day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import compress

from services.scoring.days.cause import Cause
from services.scoring.days.recount_days import GoalPeriod, recount_days, sum_goals
from services.scoring.definitions.pending_rescores import list_pending_rescores
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import EMPTY_TALLY
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Goal
from shared.postgres.pool import Connection

GoalCounts = list[tuple[Goal, int]]
"""The goals in force on a day, each with its count from the beginning of its period up to and including the day."""


async def count_goals(
    connection: Connection, definitions: Definitions, causes: Mapping[RepDay, Cause]
) -> dict[RepDay, GoalCounts]:
    """The goal counts of these days.

    Usually the stored days are summed. While a rep's days wait to be scored again, the stored days before this one may hold
    counts of an older definition, so they are counted again. Only the rescoring itself, which scores the earliest days first,
    can rely on them.
    """
    wanted = _goals_on(definitions, causes)
    counts: dict[RepDay, GoalCounts] = {rep_day: [] for rep_day in causes}
    if not wanted:
        return counts
    periods = [GoalPeriod(goal.key, rep_day, goal.period_start(rep_day.day)) for goal, rep_day in wanted]
    other_reps = {rep_day.rep_id for _, rep_day in wanted if not causes[rep_day].is_redefinition}
    pending = await list_pending_rescores(connection, other_reps) if other_reps else set()
    is_stored = [causes[rep_day].is_redefinition or rep_day.rep_id not in pending for _, rep_day in wanted]
    sums = await sum_goals(connection, list(compress(periods, is_stored)))
    if not all(is_stored):
        outdated = [period for period, stored in zip(periods, is_stored, strict=True) if not stored]
        sums |= await _recount_goals(connection, definitions, outdated)
    for (goal, rep_day), period in zip(wanted, periods, strict=True):
        counts[rep_day].append((goal, sums.get(period, 0)))
    return counts


def has_goals(definitions: Definitions, rep_days: Iterable[RepDay]) -> bool:
    """Whether any goal is in force on any of these days."""
    return bool(_goals_on(definitions, rep_days))


def _goals_on(definitions: Definitions, rep_days: Iterable[RepDay]) -> list[tuple[Goal, RepDay]]:
    reps = definitions.roster.reps
    return [
        (goal, rep_day)
        for rep_day in rep_days
        if (playbook := definitions.playbook_of(reps[rep_day.rep_id], rep_day.day)) is not None
        for goal in playbook.goals
    ]


async def _recount_goals(
    connection: Connection, definitions: Definitions, periods: Sequence[GoalPeriod]
) -> dict[GoalPeriod, int]:
    """As `sum_goals`, from the activities instead of the stored days."""
    reps = definitions.roster.reps
    days_of = {
        period: [
            RepDay(period.rep_day.rep_id, period.first + timedelta(days=number))
            for number in range((period.rep_day.day - period.first).days + 1)
        ]
        for period in periods
    }
    versions = {
        rep_day: definitions.playbook_of(reps[rep_day.rep_id], rep_day.day)
        for rep_days in days_of.values()
        for rep_day in rep_days
    }
    tallies = await recount_days(connection, versions)
    return {
        period: sum(tallies.get(rep_day, EMPTY_TALLY).goals.get(period.key, 0) for rep_day in rep_days)
        for period, rep_days in days_of.items()
    }
