"""The one query that says what counts: every behaviour and goal of some versions of playbooks, on any days.

It is written for the versions at hand: one that reads them as data holds each activity against every behaviour of every team,
and takes the longer the more teams there are. Nothing of a playbook stands in its text: values are arguments.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from services.scoring.domain.playbook.playbook import Filter, Playbook

_DAYS: Final = 3
"""The first arguments are columns of the wanted days: rep, day, and the number of the version that judges it."""

_WANTED: Final = "unnest($1::text[], $2::date[], $3::integer[]) WITH ORDINALITY AS wanted (rep_id, day, version, number)"
_LEFT_OUT: Final = """
    AND NOT EXISTS (                           -- what is unverified, under a playbook by which it does not count then
        SELECT FROM unnest(${}::text[], ${}::text[], ${}::text[]) AS left_out (source, account, activity_id)
        WHERE (left_out.source, left_out.account, left_out.activity_id) = (a.source, a.account, a.activity_id)
    )"""


class Block(NamedTuple):
    """All days of some reps from one date to another, both included."""

    rep_ids: list[str]
    first: date
    last: date


class CountQuery(NamedTuple):
    """`arguments` follow the columns of days. A row: the day's number from 1 on, when the first activity that counts for a
    behaviour began, and how often each of the version's `counting` was met."""

    sql: str
    arguments: list[Any]


class _Arguments:
    """The values that a query is given beside the days, and the tests that ask for them."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def number_of(self, argument: object) -> int:
        self.given.append(argument)
        return _DAYS + len(self.given)

    def holds(self, wanted: Filter) -> str:
        tests = [
            f"a.{column} {self._is_one_of(value) if isinstance(value, frozenset) else self._is_at_least(value)}"
            for column, value in (
                ("kind", wanted.kinds),
                ("duration_s", wanted.min_duration_s),
                ("outcome", wanted.outcomes),
                ("direction", wanted.directions),
                ("amount", wanted.min_amount),
                ("stage", wanted.stages),
            )
            if value is not None
        ]
        return " AND ".join(tests) or "true"

    def _is_one_of(self, allowed: frozenset[str]) -> str:
        """Most sets have one element, and to compare costs less than to search."""
        few = sorted(allowed)
        return f"= ${self.number_of(few[0])}::text" if len(few) == 1 else f"= ANY(${self.number_of(few)}::text[])"

    def _is_at_least(self, least: float | Decimal) -> str:
        return f">= ${self.number_of(least)}::{'numeric' if isinstance(least, Decimal) else 'double precision'}"


def count_query(versions: Sequence[Playbook], left_out: Sequence[Sequence[str]], *, within: Block | None) -> CountQuery:
    """For days judged by these versions, without what is left out by its keys (columns of sources, accounts and ids).

    Day by day by the index, or all that lies `within` a block at once: activities of one date lie beside each other on the
    disk, and each page is then read once for all reps. A statement of its own, after the days are locked: its snapshot then
    sees every activity that others committed before.
    """
    arguments = _Arguments()
    behaviours = [[f"({arguments.holds(one.counts)})" for one in version.behaviours] for version in versions]
    goals = [[f"({arguments.holds(one.counts)})" for one in version.goals] for version in versions]
    met = [before + after for before, after in zip(behaviours, goals, strict=True)]
    times = [f"count(*) FILTER (WHERE {_by_version(column)})" for column in zip_longest(*met)]
    is_behaviour = _by_version([" OR ".join(tests) for tests in behaviours])
    without = _LEFT_OUT.format(*[arguments.number_of(list(column)) for column in left_out]) if any(left_out) else ""
    counted = f"min(a.started_at) FILTER (WHERE {is_behaviour}), {', '.join(times)}"
    of_day = f"a.rep_id = wanted.rep_id AND a.day = wanted.day{without}"
    if within is not None:
        reps, first, last = (arguments.number_of(value) for value in within)
        in_block = f"a.rep_id = ANY(${reps}::text[]) AND a.day BETWEEN ${first}::date AND ${last}::date"
        joined = f"{_WANTED} JOIN activity AS a ON {of_day} AND {in_block}"
        sql = f"SELECT wanted.number, {counted} FROM {joined} GROUP BY wanted.number"  # noqa: S608
    else:
        met_on_day = f"SELECT {counted} FROM activity AS a WHERE {of_day}"  # noqa: S608 - columns and numbers of arguments
        sql = f"SELECT wanted.number, met.* FROM {_WANTED} CROSS JOIN LATERAL ({met_on_day}) AS met"  # noqa: S608
    return CountQuery(sql, arguments.given)


def _by_version(tests: Sequence[str | None]) -> str:
    """What holds for a day depends on the version that judges it. A version that has no such test is met by nothing."""
    if len(tests) == 1 and tests[0] is not None:
        return tests[0]
    arms = [f"WHEN {number} THEN {test}" for number, test in enumerate(tests) if test is not None]
    return f"CASE wanted.version {' '.join(arms)} END"
