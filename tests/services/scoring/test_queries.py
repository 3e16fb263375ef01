"""The queries of scoring fit its tables."""

from services.scoring.schema import SCHEMA
from shared.facts import STORED_FACTS
from tests.services.scoring.conftest import Scoring
from tests.services.scoring.queries import all_queries


async def test_every_query_can_be_prepared(scoring: Scoring) -> None:
    queries = all_queries()

    assert len(queries) > 50
    async with scoring.pool.acquire() as connection:
        for text in queries.values():
            await connection.prepare(text)


async def test_every_fact_with_a_column_has_it_in_the_migrated_database(scoring: Scoring) -> None:
    rows = await scoring.pool.fetch(
        "SELECT column_name, format('%I', data_type) AS type FROM information_schema.columns"
        " WHERE table_schema = $1 AND table_name = 'activity'",
        SCHEMA,
    )
    synonyms = {"timestamp with time zone": "timestamptz"}
    types = {row["column_name"]: row["type"].strip('"') for row in rows}

    expected = {fact.name: fact.column.sql_type for fact in STORED_FACTS if fact.column is not None}
    assert {name: synonyms.get(types.get(name, ""), types.get(name)) for name in expected} == expected
