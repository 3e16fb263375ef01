"""One value from a PostgreSQL server."""

import asyncpg

from deploy.local.servers.postgres_server import PostgresServer


async def fetch_value(server: PostgresServer, query: str, *, database: str = "postgres") -> int | None:
    connection = await asyncpg.connect(server.url(database=database))
    try:
        value: int | None = await connection.fetchval(query)
        return value
    finally:
        await connection.close()
