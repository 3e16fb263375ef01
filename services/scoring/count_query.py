"""The one query that says what counts: every behaviour and goal of some versions of playbooks, on any days.

It is written for the versions at hand: one that reads them as data holds each activity against every behaviour of every team,
and takes the longer the more teams there are. Nothing of a playbook stands in its text: values are arguments.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from services.scoring.domain.playbook import Filter, Playbook

_DAYS: Final = 3
"""The first arguments are columns of the wanted days: rep, day, and the number of the version that judges it."""

_WANTED: Final = "unnest($1::text[], $2::date[], $3::integer[]) WITH ORDINALITY AS wanted (rep_id, day, version, number)"
_LEFT_OUT: Final = """
    AND NOT EXISTS (                           -- what is unverified, under a playbook by which it does not count then
        SELECT FROM unnest(${}::text[], ${}::text[], ${}::text[]) AS left_out (source, account, activity_id)
        WHERE (left_out.source, left_out.account, left_out.activity_id) = (a.source, a.account, a.activity_id)
    )"""


class CountQuery(NamedTuple):
    """`arguments` follow the columns of days. A row: the day's number from 1 on, when the first activity that counts for a
    behaviour began, and how often each of the version's `counting` was met."""

    sql: str
    arguments: list[Any]


def count_query(versions: Sequence[Playbook], left_out: Sequence[Sequence[str]], *, many: bool) -> CountQuery:
    """For days judged by these versions, without what is left out by its keys (columns of sources, accounts and ids).

    Day by day by the index, or, for `many` days, as Postgres sees fit: it may read the table, which for few is far too much.
    A statement of its own, after the days are locked: its snapshot then sees every activity that others committed before.
    """
    arguments: list[Any] = []

    def number_of(argument: object) -> int:
        arguments.append(argument)
        return _DAYS + len(arguments)

    def holds(wanted: Filter) -> str:
        tests = [
            f"a.{column} {test.format(number_of(sorted(value) if isinstance(value, frozenset) else value))}"
            for column, test, value in (
                ("kind", "= ANY(${}::text[])", wanted.kinds),
                ("duration_s", ">= ${}::double precision", wanted.min_duration_s),
                ("outcome", "= ANY(${}::text[])", wanted.outcomes),
                ("direction", "= ANY(${}::text[])", wanted.directions),
                ("amount", ">= ${}::numeric", wanted.min_amount),
                ("stage", "= ANY(${}::text[])", wanted.stages),
            )
            if value is not None
        ]
        return " AND ".join(tests) or "true"

    behaviours = [[f"({holds(one.counts)})" for one in version.behaviours] for version in versions]
    goals = [[f"({holds(one.counts)})" for one in version.goals] for version in versions]
    met = [before + after for before, after in zip(behaviours, goals, strict=True)]
    times = [f"count(*) FILTER (WHERE {_by_version(column)})" for column in zip_longest(*met)]
    is_behaviour = _by_version([" OR ".join(tests) for tests in behaviours])
    without = _LEFT_OUT.format(*[number_of(list(column)) for column in left_out]) if any(left_out) else ""
    counted = f"min(a.started_at) FILTER (WHERE {is_behaviour}), {', '.join(times)}"
    of_day = f"a.rep_id = wanted.rep_id AND a.day = wanted.day{without}"
    if many:
        sql = f"SELECT wanted.number, {counted} FROM {_WANTED} JOIN activity AS a ON {of_day} GROUP BY wanted.number"  # noqa: S608
    else:
        met_on_day = f"SELECT {counted} FROM activity AS a WHERE {of_day}"  # noqa: S608 - columns and numbers of arguments
        sql = f"SELECT wanted.number, met.* FROM {_WANTED} CROSS JOIN LATERAL ({met_on_day}) AS met"  # noqa: S608
    return CountQuery(sql, arguments)


def _by_version(tests: Sequence[str | None]) -> str:
    """What holds for a day depends on the version that judges it. A version that has no such test is met by nothing."""
    if len(tests) == 1 and tests[0] is not None:
        return tests[0]
    arms = [f"WHEN {number} THEN {test}" for number, test in enumerate(tests) if test is not None]
    return f"CASE wanted.version {' '.join(arms)} END"
