"""Asks Postgres whether a query with a mistake is still SQL: a test that fails for want of SQL has found no mistake."""

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import structlog

from deploy.database import ensure_database
from shared.postgres.migrations import migrate
from shared.postgres.pool import Connection, make_pool
from tests.backends import PASSWORD, running_servers
from tests.house.repository import Repository
from tests.mutations.sql.mutations import SqlMutation, plant, query_text

_DATABASE: Final = "mutations"
SERVICES: Final = ("scoring", "nudges")
"""The services that own a schema, which bears their name."""


async def invalid_mutations(repository: Repository, mutations: Sequence[SqlMutation]) -> list[SqlMutation]:
    """The mutations whose query Postgres cannot prepare any more. A query that it cannot prepare as it is, is not judged."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    invalid = []
    async with _migrated_database(repository) as connections:
        for mutation in mutations:
            connection = connections.get(mutation.file.split("/")[1], connections[SERVICES[0]])
            text = repository.text(mutation.file)
            if await _prepares(connection, query_text(text, mutation.query)):
                mutated = query_text(plant(text, mutation), mutation.query)
                if not await _prepares(connection, mutated):
                    invalid.append(mutation)
    return invalid


@asynccontextmanager
async def _migrated_database(repository: Repository) -> AsyncIterator[dict[str, Connection]]:
    """A connection for each service, to tables as its migrations make them."""
    async with running_servers() as servers:
        await ensure_database(servers.admin_url, database=_DATABASE, passwords=dict.fromkeys(SERVICES, PASSWORD))
        pools = [await make_pool(servers.postgres_url(role=name, database=_DATABASE), schema=name) for name in SERVICES]
        for name, pool in zip(SERVICES, pools, strict=True):
            await migrate(pool, schema=name, folder=repository.root / "services" / name / "migrations")
        connections = [await pool.acquire() for pool in pools]
        yield dict(zip(SERVICES, connections, strict=True))
        for pool, connection in zip(pools, connections, strict=True):
            await pool.release(connection)
        await _close(pools)


async def _close(pools: Iterable["asyncpg.Pool[asyncpg.Record]"]) -> None:
    for pool in pools:
        await pool.close()


async def _prepares(connection: Connection, query: str) -> bool:
    try:
        await connection.prepare(query.rstrip().rstrip(";"))
    except asyncpg.PostgresError:
        return False
    return True
