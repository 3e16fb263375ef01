"""Where a person is mentioned in the database."""

import asyncpg

from shared.privacy.erasure import mention_of


async def tables_that_mention(pool: asyncpg.Pool, *texts: str) -> set[str]:
    """The tables with a row that contains one of these texts as a whole word."""
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'nudges'")
    pattern = mention_of(texts)
    return {
        name
        for (name,) in tables
        for (row,) in await pool.fetch(f"SELECT whole::text FROM {name} AS whole")
        if pattern.search(row)
    }
