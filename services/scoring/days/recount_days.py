"""Count days from the activities as they are now, under any version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

import msgspec

from services.scoring.days.count_query import Block, count_query
from services.scoring.days.days import rep_day_columns
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import EMPTY_TALLY, Tally
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.playbook.unverified_rules import Kinds, UnverifiedRules
from shared.events import GoalKey, RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_MANY_DAYS: Final = 200
_DayColumns = tuple[list[RepId], list[date], list[int]]


class DayCounts(NamedTuple):
    """When the first activity began that counts for a behaviour, and how many activities count for each behaviour, then for
    each goal, of the version."""

    first_counted_at: datetime | None
    counts: tuple[int, ...]


class GoalPeriod(NamedTuple):
    """The days of a rep that count for a goal: from `first` to `rep_day`, both included."""

    key: GoalKey
    rep_day: RepDay
    first: date


async def recount_days(connection: Connection, versions: Mapping[RepDay, Playbook | None]) -> dict[RepDay, Tally]:
    """What counts on these days, each under its version. Days without an activity may be left out."""
    counted = await count_days(connection, versions)
    return {rep_day: make_tally(versions[rep_day], counts) for rep_day, counts in counted.items()}


async def count_days(connection: Connection, versions: Mapping[RepDay, Playbook | None]) -> dict[RepDay, DayCounts]:
    """As `recount_days`, without the keys of behaviours and goals."""
    distinct = list({id(playbook): playbook for playbook in versions.values() if playbook is not None}.values())
    if not distinct:
        return {}
    numbers = {id(playbook): number for number, playbook in enumerate(distinct)}
    rep_days = [rep_day for rep_day, playbook in versions.items() if playbook is not None]
    columns = (*rep_day_columns(rep_days), [numbers[id(versions[rep_day])] for rep_day in rep_days])
    excluded = await _find_excluded(connection, columns, distinct)
    block = _covering_block(rep_days)
    if block is not None:
        await connection.execute(_QUERIES["plan_each_time"])
    query = count_query(distinct, excluded, block=block)
    rows = await connection.fetch(query.sql, *columns, *query.arguments)
    return {rep_days[number - 1]: DayCounts(first_at, tuple(counts)) for number, first_at, *counts in rows if number}


def _covering_block(rep_days: Collection[RepDay]) -> Block | None:
    """All days of these reps from the first to the last, if there are many and these are most of them."""
    if len(rep_days) < _MANY_DAYS:
        return None
    rep_ids, days = {rep_day.rep_id for rep_day in rep_days}, [rep_day.day for rep_day in rep_days]
    first, last = min(days), max(days)
    size = len(rep_ids) * ((last - first).days + 1)
    return Block(sorted(rep_ids), first, last) if 2 * len(days) > size else None


async def _find_excluded(connection: Connection, columns: _DayColumns, versions: Sequence[Playbook]) -> list[list[str]]:
    """The keys, as columns, of the activities that are unverified under a version that does not count these."""
    rules = [
        _rule_columns(number, version.unverified)
        for number, version in enumerate(versions)
        if version.unverified is not None and version.excludes_unverified
    ]
    if not rules:
        return [[], [], []]
    rows = await connection.fetch(_QUERIES["find_unverified"], *columns, msgspec.json.encode(rules).decode())
    return [[row[column] for row in rows] for column in ("source", "account", "activity_id")]


def _rule_columns(version_number: int, rules: UnverifiedRules) -> dict[str, int | list[str] | None]:
    """The rules of a version under the names that the query gives them."""
    bursts, overlaps, contact = rules.bursts, rules.overlaps, rules.same_contact
    return {
        "version": version_number,
        "burst_more_than": bursts.more_than if bursts else None,
        "burst_within_s": bursts.within_s if bursts else None,
        "burst_kinds": _sorted(bursts.kinds) if bursts else None,
        "overlap_more_than_s": overlaps.more_than_s if overlaps else None,
        "overlap_kinds": _sorted(overlaps.kinds) if overlaps else None,
        "contact_more_than": contact.more_than if contact else None,
        "contact_kinds": _sorted(contact.kinds) if contact else None,
    }


def _sorted(kinds: Kinds) -> list[str] | None:
    return sorted(kinds) if kinds is not None else None


def make_tally(playbook: Playbook | None, counts: DayCounts) -> Tally:
    """The counts of a day under the keys of its version, without zeros."""
    if playbook is None:
        return EMPTY_TALLY
    goal_counts = counts.counts[len(playbook.behaviours) :]
    return Tally(
        counts={behaviour.key: count for behaviour, count in zip(playbook.behaviours, counts.counts, strict=False) if count},
        first_counted_at=counts.first_counted_at,
        goals={goal.key: count for goal, count in zip(playbook.goals, goal_counts, strict=False) if count},
    )


async def sum_goals(connection: Connection, periods: Sequence[GoalPeriod]) -> dict[GoalPeriod, int]:
    """How much of each goal the stored days of its period hold."""
    if not periods:
        return {}
    rows = await connection.fetch(
        _QUERIES["sum_goals"],
        list(range(len(periods))),
        [period.key for period in periods],
        [period.rep_day.rep_id for period in periods],
        [period.first for period in periods],
        [period.rep_day.day for period in periods],
    )
    return {periods[row["number"]]: row["total"] for row in rows}
