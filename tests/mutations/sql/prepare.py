"""Finds mutations that are not valid SQL: a test that fails on a syntax error proves nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import asyncpg

from deploy.database import ensure_database
from shared.postgres.migrations import migrate
from shared.postgres.pool import Connection, make_pool
from tests.backends import PASSWORD, Servers
from tests.house.repository import Repository
from tests.mutations.sql.mutations import SqlMutation, plant, query_text

_DATABASE: Final = "sql_mutations"
_OWNERS: Final = ("scoring", "nudges")
"""The services that own a schema, which has the name of the service."""


async def invalid_mutations(repository: Repository, mutations: Sequence[SqlMutation], *, servers: Servers) -> list[SqlMutation]:
    """The mutations whose query Postgres can no longer prepare.

    Queries that it cannot prepare even without a mutation, because code completes them, are not checked.
    """
    invalid = []
    async with _migrated_database(repository, servers) as connections:
        for mutation in mutations:
            connection = connections.get(mutation.file.split("/")[1], connections[_OWNERS[0]])
            text = repository.text(mutation.file)
            mutated = query_text(plant(text, mutation), mutation.query)
            if await _is_sql(connection, query_text(text, mutation.query)) and not await _is_sql(connection, mutated):
                invalid.append(mutation)
    return invalid


@asynccontextmanager
async def _migrated_database(repository: Repository, servers: Servers) -> AsyncIterator[dict[str, Connection]]:
    """One connection per service, to a database with the tables of all services."""
    await ensure_database(servers.admin_url, database=_DATABASE, passwords=dict.fromkeys(_OWNERS, PASSWORD))
    async with AsyncExitStack() as stack:
        connections: dict[str, Connection] = {}
        for owner in _OWNERS:
            pool = await stack.enter_async_context(
                await make_pool(servers.postgres_url(role=owner, database=_DATABASE), schema=owner)
            )
            await migrate(pool, schema=owner, folder=repository.root / "services" / owner / "migrations")
            connections[owner] = await stack.enter_async_context(pool.acquire())
        yield connections


async def _is_sql(connection: Connection, query: str) -> bool:
    try:
        await connection.prepare(query.rstrip().rstrip(";"))
    except asyncpg.PostgresError:
        return False
    return True
