"""The one query that counts: every behaviour and goal of some playbook versions, on any days.

It is written for the versions at hand. A query that read versions as data would hold each activity against every behaviour of
every team, and take longer the more teams there are. Values from a playbook are never part of the text, only arguments; the
columns are those of the fact catalogue.
"""

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from typing import Final, NamedTuple

from services.scoring.domain.playbook.filters import Condition, Filter
from services.scoring.domain.playbook.playbook import Playbook
from shared.events import RepId

_DAY_ARGUMENTS: Final = 3
"""The first arguments are columns of the wanted days: rep, day, and the number of the version that judges the day."""

_WANTED: Final = "unnest($1::text[], $2::date[], $3::integer[]) WITH ORDINALITY AS wanted (rep_id, day, version, number)"
_NOT_EXCLUDED: Final = """
    AND (a.source, a.account, a.activity_id) NOT IN (  -- unverified activities that their playbook does not count, in one hash
        SELECT * FROM unnest(${}::text[], ${}::text[], ${}::text[]) AS excluded (source, account, activity_id)
    )"""


class Block(NamedTuple):
    """All days of some reps from one date to another, both included."""

    rep_ids: list[RepId]
    first: date
    last: date


class CountQuery(NamedTuple):
    """`arguments` follow the columns of days.

    A row holds the number of the day (from 1), when the first activity began that counts for a behaviour, and one count for
    each behaviour and then each goal of the version.
    """

    sql: str
    arguments: list[object]


class _Arguments:
    """Collects the arguments after the columns of days, and writes the conditions that refer to them."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object) -> int:
        """Returns the number of the argument."""
        self.values.append(value)
        return _DAY_ARGUMENTS + len(self.values)

    def condition(self, counts: Filter) -> str:
        return " AND ".join(self._one_condition(condition) for condition in counts.conditions) or "true"

    def _one_condition(self, condition: Condition) -> str:
        fact, threshold = condition
        assert fact.column is not None
        column, sql_type = f"a.{fact.name}", fact.column.sql_type
        if not isinstance(threshold, frozenset):
            return f"{column} >= ${self.add(threshold)}::{sql_type}"
        texts = sorted(threshold)
        if len(texts) == 1:  # most have one, and comparing is cheaper than searching
            return f"{column} = ${self.add(texts[0])}::{sql_type}"
        return f"{column} = ANY(${self.add(texts)}::{sql_type}[])"


def count_query(versions: Sequence[Playbook], excluded: Sequence[Sequence[str]], *, block: Block | None) -> CountQuery:
    """For days that are judged by these versions, without the activities whose keys are `excluded` (columns of sources,
    accounts and ids).

    Activities are found day by day through the index. With a `block` that covers the days, everything in the block is read at
    once: activities of one date lie beside each other on the disk, so each page is read once for all reps. Activities of the
    block that are on none of the wanted days make a row without a number. The query must be a statement of its own, after the
    days are locked: its snapshot then sees every activity that was committed before.
    """
    arguments = _Arguments()
    behaviours = [[f"({arguments.condition(behaviour.counts)})" for behaviour in version.behaviours] for version in versions]
    goals = [[f"({arguments.condition(goal.counts)})" for goal in version.goals] for version in versions]
    conditions = [before + after for before, after in zip(behaviours, goals, strict=True)]
    # A behaviour without a filter has a test without a column of `a`: only `a.rep_id` says that rows of `a` are counted.
    counts = [f"count(a.rep_id) FILTER (WHERE {_by_version(column)})" for column in zip_longest(*conditions)]
    is_behaviour = _by_version([" OR ".join(tests) for tests in behaviours])
    not_excluded = _NOT_EXCLUDED.format(*[arguments.add(list(column)) for column in excluded]) if any(excluded) else ""
    counted = f"min(a.started_at) FILTER (WHERE {is_behaviour}), {', '.join(counts)}"
    of_day = "a.rep_id = wanted.rep_id AND a.day = wanted.day"
    if block is not None:
        reps, first, last = (arguments.add(value) for value in block)
        in_block = f"a.rep_id = ANY(${reps}::text[]) AND a.day BETWEEN ${first}::date AND ${last}::date{not_excluded}"
        block_rows = f"(SELECT * FROM activity AS a WHERE {in_block}) AS a"  # noqa: S608
        # A full join is hashed or merged, never nested. The planner expects no activities on days since the last ANALYZE, such
        # as today; it would compare each activity to each wanted day.
        joined = f"{_WANTED} FULL JOIN {block_rows} ON {of_day}"
        sql = f"SELECT wanted.number, {counted} FROM {joined} GROUP BY wanted.number"  # noqa: S608
    else:
        met_on_day = f"SELECT {counted} FROM activity AS a WHERE {of_day}{not_excluded}"  # noqa: S608
        sql = f"SELECT wanted.number, met.* FROM {_WANTED} CROSS JOIN LATERAL ({met_on_day}) AS met"  # noqa: S608
    return CountQuery(sql, arguments.values)


def _by_version(tests: Sequence[str | None]) -> str:
    """One test per version, chosen by the version that judges the day. A version without this test counts nothing."""
    if len(tests) == 1 and tests[0] is not None:
        return tests[0]
    arms = [f"WHEN {number} THEN {test}" for number, test in enumerate(tests) if test is not None]
    return f"CASE wanted.version {' '.join(arms)} END"
