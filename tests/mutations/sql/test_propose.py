"""Every clause of a query gives mutations. Comments and strings give none."""

import pytest

from tests.mutations.sql.conftest import FILE, SQL
from tests.mutations.sql.mutations import plant, query_text
from tests.mutations.sql.propose import propose


def _mutated(sql: str) -> set[str]:
    """The query with each proposed mutation, on one line."""
    text = f"-- name: find_day\n{sql}\n"
    return {
        " ".join(query_text(plant(text, mutation), "find_day").split()).removeprefix("-- name: find_day ")
        for mutation in propose(FILE, text)
    }


@pytest.mark.parametrize(
    ("sql", "mutated"),
    [
        ("SELECT 'x' WHERE a = $1", {"SELECT 'x' WHERE (true OR a = $1)"}),
        ("DELETE FROM t WHERE a = $1;", {"DELETE FROM t WHERE (true OR a = $1);"}),
        (
            "SELECT WHERE a = $1 AND b = $2",
            {"SELECT WHERE (true OR a = $1) AND b = $2", "SELECT WHERE a = $1 AND (true OR b = $2)"},
        ),
        (
            "SELECT WHERE a = 'x OR y' OR b = $2",
            {"SELECT WHERE (false AND a = 'x OR y') OR b = $2", "SELECT WHERE a = 'x OR y' OR (false AND b = $2)"},
        ),
        ("SELECT WHERE a BETWEEN $1 AND $2", {"SELECT WHERE (true OR a BETWEEN $1 AND $2)"}),
        (
            "SELECT WHERE a BETWEEN $1 AND $2 AND b",
            {"SELECT WHERE (true OR a BETWEEN $1 AND $2) AND b", "SELECT WHERE a BETWEEN $1 AND $2 AND (true OR b)"},
        ),
        ("SELECT WHERE f(a, b) RETURNING a", {"SELECT WHERE (true OR f(a, b)) RETURNING a"}),
        ("SELECT FROM a JOIN b ON a.x = b.x", {"SELECT FROM a JOIN b ON (true OR a.x = b.x)"}),
        (
            "SELECT WHERE CASE WHEN a THEN b ELSE c END ORDER BY d",
            {
                "SELECT WHERE (true OR CASE WHEN a THEN b ELSE c END) ORDER BY d",
                "SELECT WHERE CASE WHEN a THEN b ELSE c END",
                "SELECT WHERE CASE WHEN a THEN b ELSE c END ORDER BY d DESC",
            },
        ),
        ("SELECT count(*) FILTER (WHERE a = $1)", {"SELECT count(*) FILTER (WHERE (true OR a = $1))"}),
        ("SELECT a < b, c ->> 'd', e @> f", {"SELECT a <= b, c ->> 'd', e @> f"}),
        ("SELECT a >= b", {"SELECT a > b"}),
        ("SELECT LIMIT 5", {"SELECT LIMIT 4", "SELECT LIMIT 6"}),
        ("SELECT LIMIT $2", {"SELECT LIMIT $2 - 1", "SELECT LIMIT $2 + 1"}),
        ("SELECT DISTINCT a", {"SELECT a"}),
        ("SELECT DISTINCT ON (a, b) c", {"SELECT c"}),
        ("SELECT a IS DISTINCT FROM b", set()),
        (
            "SELECT a ORDER BY a DESC LIMIT $1",
            {
                "SELECT a LIMIT $1",
                "SELECT a ORDER BY a ASC LIMIT $1",
                "SELECT a ORDER BY a DESC LIMIT $1 - 1",
                "SELECT a ORDER BY a DESC LIMIT $1 + 1",
            },
        ),
        (
            "SELECT ORDER BY f(a, b), c DESC, d",
            {
                "SELECT",
                "SELECT ORDER BY f(a, b) DESC, c DESC, d",
                "SELECT ORDER BY f(a, b), c ASC, d",
                "SELECT ORDER BY f(a, b), c DESC, d DESC",
            },
        ),
        ("SELECT array_agg(a ORDER BY b), c", {"SELECT array_agg(a), c", "SELECT array_agg(a ORDER BY b DESC), c"}),
        (
            "INSERT SELECT a ORDER BY a ON CONFLICT (a) DO NOTHING",
            {
                "INSERT SELECT a ON CONFLICT (a) DO NOTHING",
                "INSERT SELECT a ORDER BY a DESC ON CONFLICT (a) DO NOTHING",
                "INSERT SELECT a ORDER BY a",
            },
        ),
        (
            "INSERT ON CONFLICT (a) DO UPDATE SET b = c WHERE d",
            {"INSERT ON CONFLICT (a) DO UPDATE SET b = c WHERE (true OR d)", "INSERT ON CONFLICT (a) DO NOTHING"},
        ),
        ("SELECT FOR UPDATE OF a SKIP LOCKED", {"SELECT", "SELECT FOR UPDATE OF a"}),
        ("SELECT FROM a LEFT JOIN b USING (c)", {"SELECT FROM a JOIN b USING (c)"}),
        ("a UNION ALL b", {"a UNION b"}),
        ("a UNION b", {"a UNION ALL b"}),
        ("SELECT a IS NOT NULL", {"SELECT a IS NULL"}),
        ("SELECT greatest(a, 2)", {"SELECT least(a, 2)", "SELECT greatest(a, 3)"}),
        ("SELECT coalesce(f(a, b), 'c')", {"SELECT coalesce(f(a, b))", "SELECT coalesce('c')"}),
        (
            "SELECT a IN ('b', 'c', 'd')",
            {"SELECT a IN ('c', 'd')", "SELECT a IN ('b', 'd')", "SELECT a IN ('b', 'c')"},
        ),
        ("SELECT a AT TIME ZONE b.c, a AT TIME ZONE 'UTC'", {"SELECT a AT TIME ZONE 'UTC', a AT TIME ZONE 'UTC'"}),
        ("SELECT a AT TIME ZONE (b ->> 'c')", {"SELECT a AT TIME ZONE 'UTC'"}),
        ("SELECT a - interval '1 hour'", {"SELECT a - 2 * interval '1 hour'"}),
        ("SELECT '1 day < 2 days' -- 3 < 4 AND 5\n", set()),
    ],
)
def test_a_clause_gives_its_mutations(sql: str, mutated: set[str]) -> None:
    assert _mutated(sql) == mutated


def test_a_nested_query_gives_the_mutations_of_its_own_clauses() -> None:
    mutated = _mutated("SELECT WHERE NOT EXISTS (SELECT FROM b WHERE c = $1 AND d)")

    assert mutated == {
        "SELECT WHERE (true OR NOT EXISTS (SELECT FROM b WHERE c = $1 AND d))",
        "SELECT WHERE EXISTS (SELECT FROM b WHERE c = $1 AND d)",
        "SELECT WHERE NOT EXISTS (SELECT FROM b WHERE (true OR c = $1) AND d)",
        "SELECT WHERE NOT EXISTS (SELECT FROM b WHERE c = $1 AND (true OR d))",
    }


def test_queries_can_be_chosen_by_name() -> None:
    assert {mutation.query for mutation in propose(FILE, SQL)} == {"list_days", "find_day"}
    assert {mutation.query for mutation in propose(FILE, SQL, only=frozenset({"find_day"}))} == {"find_day"}
