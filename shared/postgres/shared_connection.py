"""One connection for several pieces of work that run at the same time in one transaction, each about something else.

When all of them wait for the database, those that ask the same query share one statement. So a batch of work costs about as
many statements as its longest piece, whatever its size. Each piece is written as if it were alone.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, TypeVar

import asyncpg

from shared.postgres.pool import Connection

_NUMBER: Final = "asked_number"
_PARAMETER: Final = re.compile(r"\$(\d+)")
_LIMIT: Final = re.compile(r"LIMIT \$(\d+)")
_LOCKS: Final = re.compile(r"FOR UPDATE|pg_advisory")
_shared_queries: Final[dict[str, "SharedQuery"]] = {}
Result = TypeVar("Result")
Arguments = tuple[object, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """A statement that one piece of work waits for: a query for one row of arguments, or a change for several."""

    sql: str
    rows: Sequence[Arguments]
    is_change: bool = False
    answer: "asyncio.Future[list[asyncpg.Record]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedQuery:
    """A query that answers many rows of arguments at once. Arguments at the places `common` are the same for all of them."""

    sql: str
    common: frozenset[int]
    is_the_same_for_all: bool = False

    def columns(self, rows: Sequence[Arguments]) -> list[object]:
        """The arguments of the query for these rows."""
        columns = columns_of(rows)
        return [column[0] if place in self.common else column for place, column in enumerate(columns)]

    def group_of(self, row: Arguments) -> Arguments:
        """Rows with equal groups can be asked together."""
        return tuple(repr(value) for place, value in enumerate(row) if place in self.common)


class SharedConnection:
    """What a piece of work sees of the connection. Use `run_together`."""

    def __init__(self, connection: Connection, group: asyncio.TaskGroup, *, pieces: int) -> None:
        self._connection = connection
        self._group = group
        self._running = pieces
        self._waiting: list[_Waiting] = []
        self._made: dict[Hashable, asyncio.Future[Any]] = {}

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of a query."""
        return await self._wait(_Waiting(sql=sql, rows=[arguments]))

    async def fetchrow(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        """The first row of a query."""
        return next(iter(await self.fetch(sql, *arguments)), None)

    async def fetchval(self, sql: str, *arguments: object) -> Any:
        """The first value of a query; None without a row."""
        row = await self.fetchrow(sql, *arguments)
        return row[0] if row is not None else None

    async def execute(self, sql: str, *arguments: object) -> None:
        """A statement without a result."""
        await self.fetch(sql, *arguments)

    async def change(self, sql: str, rows: Sequence[Arguments]) -> list[asyncpg.Record]:
        """As the function `change`."""
        return await self._wait(_Waiting(sql=sql, rows=rows, is_change=True))

    async def once(self, key: Hashable, make: Callable[[], Awaitable[Result]]) -> Result:
        """As the function `once`."""
        if key not in self._made:
            self._made[key] = asyncio.get_running_loop().create_future()
            result = await make()
            self._made[key].set_result(result)
            return result
        if self._made[key].done():
            done: Result = self._made[key].result()
            return done
        self._running -= 1  # the others do not wait for this piece, which waits for one of them
        self._answer_when_all_wait()
        made: Result = await self._made[key]
        self._running += 1
        return made

    async def run(self, piece: "Callable[[SharedConnection], Awaitable[Result]]") -> Result:
        """Run one of the pieces of work."""
        result = await piece(self)
        self._running -= 1
        self._answer_when_all_wait()
        return result

    async def _wait(self, statement: _Waiting) -> list[asyncpg.Record]:
        self._waiting.append(statement)
        self._answer_when_all_wait()
        return await statement.answer

    def _answer_when_all_wait(self) -> None:
        if self._waiting and len(self._waiting) == self._running:
            waiting, self._waiting = self._waiting, []
            self._group.create_task(self._answer(waiting))

    async def _answer(self, waiting: Sequence[_Waiting]) -> None:
        """Answer all of them, then let them go on together. An error ends the group."""
        by_sql: dict[str, list[_Waiting]] = {}
        for statement in waiting:
            by_sql.setdefault(statement.sql, []).append(statement)
        answers: list[tuple[_Waiting, list[asyncpg.Record]]] = []
        for same in by_sql.values():
            answers += await self._answer_same(same)
        for statement, rows in answers:
            statement.answer.set_result(rows)

    async def _answer_same(self, same: Sequence[_Waiting]) -> list[tuple[_Waiting, list[asyncpg.Record]]]:
        if same[0].is_change:
            return await self._change_together(same)
        if len(same) == 1 or not is_shareable(same[0].sql):
            return [(alone, await self._connection.fetch(alone.sql, *alone.rows[0])) for alone in same]
        query = await self._shared_query(same[0].sql)
        groups: dict[Arguments, list[_Waiting]] = {}
        for statement in same:
            groups.setdefault(query.group_of(statement.rows[0]), []).append(statement)
        return list(chain.from_iterable([await self._ask_together(query, group) for group in groups.values()]))

    async def _ask_together(self, query: SharedQuery, group: Sequence[_Waiting]) -> list[tuple[_Waiting, list[asyncpg.Record]]]:
        answers: list[tuple[_Waiting, list[asyncpg.Record]]] = [(statement, []) for statement in group]
        columns = query.columns([statement.rows[0] for statement in group])
        rows = await self._connection.fetch(query.sql, *columns)
        if query.is_the_same_for_all:
            return [(statement, rows) for statement in group]
        for row in rows:
            answers[row[_NUMBER] - 1][1].append(row)
        return answers

    async def _change_together(self, same: Sequence[_Waiting]) -> list[tuple[_Waiting, list[asyncpg.Record]]]:
        rows = list(chain.from_iterable(statement.rows for statement in same))
        changed = await self._connection.fetch(same[0].sql, *columns_of(rows))
        by_key: dict[object, list[asyncpg.Record]] = {}
        for row in changed:
            by_key.setdefault(row[0], []).append(row)
        keys = [dict.fromkeys(row[0] for row in statement.rows) for statement in same]
        return [
            (statement, [row for key in own for row in by_key.get(key, ())]) for statement, own in zip(same, keys, strict=True)
        ]

    async def _shared_query(self, sql: str) -> SharedQuery:
        if sql not in _shared_queries:
            prepared = await self._connection.prepare(sql)
            _shared_queries[sql] = shared_query(sql, [parameter.name for parameter in prepared.get_parameters()])
        return _shared_queries[sql]


Querier = Connection | SharedConnection
"""A connection in a transaction, alone or shared."""


def is_shareable(sql: str) -> bool:
    """Whether a statement only reads."""
    return sql.lstrip().removeprefix(_comment(sql)).lstrip().startswith("SELECT") and not _LOCKS.search(sql)


def _comment(sql: str) -> str:
    """The lines of comment with which a statement begins."""
    lines = sql.lstrip().splitlines(keepends=True)
    code = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return "".join(lines[:code])


def shared_query(sql: str, types: Sequence[str]) -> SharedQuery:
    """The query that asks another one for many rows of arguments. `types` are those of its parameters. Arrays and limits must
    be the same for all who ask."""
    limits = {int(number) - 1 for number in _LIMIT.findall(sql)}
    common = frozenset(place for place, name in enumerate(types) if name.endswith("[]") or place in limits)
    own = [place for place in range(len(types)) if place not in common]
    if not own:
        return SharedQuery(sql=sql, common=common, is_the_same_for_all=True)
    arrays = ", ".join(f"${place + 1}::{types[place]}[]" for place in own)
    names = ", ".join(f"argument_{place + 1}" for place in own)

    def argument(parameter: "re.Match[str]") -> str:
        number = int(parameter[1])
        return parameter[0] if number - 1 in common else f"asked.argument_{number}"

    asked = f"unnest({arrays}) WITH ORDINALITY AS asked ({names}, {_NUMBER})"
    answer = f"(\n{_PARAMETER.sub(argument, sql)}\n) AS answer"
    # Only the text of queries of this repository is put together here.
    return SharedQuery(sql=f"SELECT answer.*, asked.{_NUMBER} FROM {asked} CROSS JOIN LATERAL {answer}", common=common)  # noqa: S608


async def change(connection: Querier | asyncpg.Pool, sql: str, rows: Sequence[Arguments]) -> list[asyncpg.Record]:
    """Make a change for several rows of arguments; the statement takes each argument as an array. Returns the rows that it
    returns and whose first value is the first argument of one of these rows."""
    if not rows:
        return []
    if isinstance(connection, SharedConnection):
        return await connection.change(sql, rows)
    return await connection.fetch(sql, *columns_of(rows))


async def once(connection: Querier, key: Hashable, make: Callable[[], Awaitable[Result]]) -> Result:
    """What `make` gives: made once for all pieces of work that ask for the same key at the same time."""
    return await (connection.once(key, make) if isinstance(connection, SharedConnection) else make())


def columns_of(rows: Sequence[Arguments]) -> list[list[object]]:
    """Rows of arguments as the arrays that a statement takes."""
    return [list(column) for column in zip(*rows, strict=True)]


async def run_together(
    connection: Connection, pieces: Sequence[Callable[[SharedConnection], Awaitable[Result]]]
) -> list[Result]:
    """Run pieces of work at the same time on one connection, within its transaction. Returns their results, in order.

    Raises:
        Exception: what the first piece or statement that failed has raised; the others are cancelled.
    """
    try:
        async with asyncio.TaskGroup() as group:
            shared = SharedConnection(connection, group, pieces=len(pieces))
            tasks = [group.create_task(shared.run(piece)) for piece in pieces]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
