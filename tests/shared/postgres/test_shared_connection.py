"""Several pieces of work on one connection: those that ask the same at the same time share a statement."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

import asyncpg
import pytest

from shared.postgres.shared_connection import (
    Querier,
    SharedConnection,
    change,
    is_shareable,
    once,
    run_together,
    shared_query,
)

COUNT = "SELECT a, b FROM pairs WHERE a >= $1 ORDER BY a LIMIT $2"
ADD = "INSERT INTO pairs (a, b) SELECT * FROM unnest($1::integer[], $2::text[]) ON CONFLICT DO NOTHING RETURNING a, b"


class Counting:
    """A connection that counts its statements."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.statements: list[str] = []
        connection.add_query_logger(lambda record: self.statements.append(record.query))

    async def run(self, *pieces: Callable[[SharedConnection], Awaitable[object]]) -> list[object]:
        """Run pieces of work together. What preparing a statement costs once is not counted."""
        self.statements.clear()
        async with self.connection.transaction():
            return await run_together(self.connection, pieces)

    def count(self, beginning: str) -> int:
        return sum(statement.startswith(beginning) for statement in self.statements)


@pytest.fixture
async def counting(nudges_database_url: str) -> AsyncIterator[Counting]:
    connection = await asyncpg.connect(nudges_database_url)
    await connection.execute("CREATE TEMPORARY TABLE pairs (a integer PRIMARY KEY, b text)")
    await connection.execute("INSERT INTO pairs SELECT number, 'row ' || number FROM generate_series(1, 9) AS number")
    yield Counting(connection)
    await connection.close()


async def _first_from(first: int, limit: int, connection: Querier) -> list[int]:
    return [row["a"] for row in await connection.fetch(COUNT, first, limit)]


async def test_the_same_query_of_many_pieces_is_one_statement_and_each_gets_its_rows_in_order(counting: Counting) -> None:
    pieces = [partial(_first_from, first, 3) for first in (1, 8, 99, 5)]

    numbers = await counting.run(*pieces)

    assert numbers == [[1, 2, 3], [8, 9], [], [5, 6, 7]]
    assert counting.count("SELECT") == 1


async def test_a_piece_that_is_alone_sends_its_own_statement(counting: Counting) -> None:
    assert await counting.run(partial(_first_from, 4, 1)) == [[4]]
    assert COUNT in counting.statements


async def test_pieces_with_other_limits_do_not_share(counting: Counting) -> None:
    assert await counting.run(partial(_first_from, 1, 1), partial(_first_from, 1, 2)) == [[1], [1, 2]]
    assert counting.count("SELECT") == 2


async def test_pieces_of_different_length_go_on_together_as_far_as_they_can(counting: Counting) -> None:
    async def count_up(steps: int, connection: SharedConnection) -> int:
        number = 0
        for _ in range(steps):
            number = await connection.fetchval("SELECT min(a) FROM pairs WHERE a > $1", number)
        return number

    assert await counting.run(*[partial(count_up, steps) for steps in (0, 1, 5, 3)]) == [0, 1, 5, 3]
    assert counting.count("SELECT") == 5


async def test_changes_share_a_statement_and_each_piece_sees_what_came_of_its_own(counting: Counting) -> None:
    async def add(numbers: Sequence[int], connection: SharedConnection) -> list[str]:
        return [row["b"] for row in await change(connection, ADD, [(number, f"new {number}") for number in numbers])]

    added = await counting.run(partial(add, [10, 11]), partial(add, [3]), partial(add, []), partial(add, [12, 3 + 1]))

    assert added == [["new 10", "new 11"], [], [], ["new 12"]]
    assert counting.count("INSERT") == 1


async def test_a_connection_that_is_not_shared_answers_the_same(counting: Counting) -> None:
    changed = await change(counting.connection, ADD, [(3, "known"), (20, "new")])

    assert [tuple(row) for row in changed] == [(20, "new")]
    assert await change(counting.connection, ADD, []) == []


async def test_a_statement_that_does_not_only_read_is_sent_once_for_each_piece(counting: Counting) -> None:
    async def rename(number: int, connection: SharedConnection) -> None:
        await connection.execute("UPDATE pairs SET b = $2 WHERE a = $1", number, "renamed")

    await counting.run(partial(rename, 1), partial(rename, 2))

    assert counting.count("UPDATE") == 2
    assert await counting.connection.fetchval("SELECT count(*) FROM pairs WHERE b = 'renamed'") == 2


async def test_what_several_pieces_need_is_made_once(counting: Counting) -> None:
    made: list[str] = []

    async def make(name: str, connection: SharedConnection) -> str:
        made.append(name)
        return f"{name} {await connection.fetchval('SELECT count(*) FROM pairs')}"

    async def use(name: str, steps: int, connection: SharedConnection) -> str:
        for _ in range(steps):
            await connection.fetchval("SELECT 1")
        result = await once(connection, name, partial(make, name, connection))
        await connection.fetchval("SELECT 2")
        return result

    uses = [partial(use, name, steps) for name in ("north", "south") for steps in (0, 1, 0, 5)]
    assert await counting.run(*uses) == ["north 9"] * 4 + ["south 9"] * 4
    assert made == ["north", "south"]


async def test_the_first_error_ends_all_pieces_and_their_transaction(counting: Counting) -> None:
    async def divide(by: int, connection: SharedConnection) -> None:
        await change(connection, ADD, [(30 + by, "lost")])
        await connection.fetchval("SELECT 1 / $1::integer", by)

    with pytest.raises(asyncpg.DivisionByZeroError):
        await counting.run(partial(divide, 1), partial(divide, 0))
    assert await counting.connection.fetchval("SELECT count(*) FROM pairs WHERE b = 'lost'") == 0


async def test_an_error_of_a_piece_is_raised_as_it_is(counting: Counting) -> None:
    async def fail(connection: SharedConnection) -> None:
        await connection.fetch("SELECT 1")
        raise LookupError("nobody")

    with pytest.raises(LookupError, match="nobody"):
        await counting.run(partial(_first_from, 1, 1), fail)


@pytest.mark.parametrize(
    ("sql", "is_read"),
    [
        ("SELECT 1", True),
        ("-- A comment.\n-- Two lines.\nSELECT 1", True),
        ("-- SELECT\nUPDATE day SET x = 1", False),
        ("SELECT a FROM b FOR UPDATE", False),
        ("SELECT pg_advisory_xact_lock(1)", False),
        ("INSERT INTO a SELECT 1", False),
        ("WITH a AS (DELETE FROM b RETURNING c) SELECT c FROM a", False),
    ],
)
def test_only_what_merely_reads_is_shared(sql: str, *, is_read: bool) -> None:
    assert is_shareable(sql) is is_read


def test_arrays_and_limits_stay_arguments_of_the_whole_query() -> None:
    query = shared_query("SELECT a FROM b WHERE c = $1 AND d = ANY($2) AND e < $1 LIMIT $3", ["text", "text[]", "int8"])

    assert "c = asked.argument_1 AND d = ANY($2) AND e < asked.argument_1 LIMIT $3" in query.sql
    assert "unnest($1::text[])" in query.sql
    assert query.columns([("x", ["r"], 5), ("y", ["r"], 5)]) == [["x", "y"], ["r"], 5]
    assert query.group_of(("x", ["r"], 5)) != query.group_of(("x", ["s"], 5))
