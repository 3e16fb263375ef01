"""Every named query of nudges is valid SQL for its schema."""

from pathlib import Path

import asyncpg
import pytest

from shared.postgres.queries import Queries

SERVICE = Path("services/nudges")
FILES = sorted(path for path in SERVICE.rglob("*.sql") if path.parent.name != "migrations")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SERVICE)))
async def test_every_query_can_be_prepared(path: Path, pool: asyncpg.Pool) -> None:
    queries = Queries(path)

    async with pool.acquire() as connection:
        for name in queries:
            await connection.prepare(queries[name])
