"""Every named query, prepared against a freshly migrated database."""

from pathlib import Path
from typing import Final

import asyncpg
import pytest

from shared.postgres.queries import Queries

FOLDER: Final = Path("services/nudges")
SQL_FILES: Final = sorted(path for path in FOLDER.rglob("*.sql") if path.with_suffix(".py").exists())


def test_there_are_sql_files() -> None:
    assert len(SQL_FILES) > 10


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: str(path.relative_to(FOLDER)))
async def test_every_query_of_the_file_can_be_prepared(pool: asyncpg.Pool, path: Path) -> None:
    queries = Queries(path)

    async with pool.acquire() as connection:
        for name in queries:
            await connection.prepare(queries[name])
