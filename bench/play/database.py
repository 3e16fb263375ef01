"""Databases of nudges for plays: an empty one, and copies of one, so that a common beginning is played once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from deploy.database import ensure_database
from services.nudges.schema import MIGRATIONS, SCHEMA
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.backends import PASSWORD, Servers

_PASSWORDS = dict.fromkeys(("scoring", "nudges"), PASSWORD)


async def add_empty_database(servers: Servers, database: str) -> None:
    """A database with the empty tables of nudges."""
    await ensure_database(servers.admin_url, database=database, passwords=_PASSWORDS)
    pool = await make_pool(url_of(servers, database), schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    await pool.close()


async def copy_database(servers: Servers, database: str, *, to: str) -> None:
    """A copy under another name. Nobody may be connected to the first."""
    admin = await asyncpg.connect(servers.admin_url)
    await admin.execute(f'CREATE DATABASE "{to}" TEMPLATE "{database}"')
    await admin.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{to}" TO "{SCHEMA}"')
    await admin.close()


async def drop_database(servers: Servers, database: str) -> None:
    admin = await asyncpg.connect(servers.admin_url)
    await admin.execute(f'DROP DATABASE "{database}"')
    await admin.close()


def url_of(servers: Servers, database: str) -> str:
    """For the role of nudges."""
    return servers.postgres_url(role=SCHEMA, database=database)


@asynccontextmanager
async def open_pool(url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool for one play. What it commits is not waited for: nobody needs it after a crash."""
    settings = {"search_path": SCHEMA, "timezone": "UTC", "jit": "off", "synchronous_commit": "off"}
    async with asyncpg.create_pool(url, min_size=0, server_settings=settings) as pool:
        yield pool
