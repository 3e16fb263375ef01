"""The database, and one role and schema for each service that stores something."""

from collections.abc import Mapping
from typing import Final

import asyncpg

DATABASE: Final = "daymark"
OWNERS: Final = ("scoring", "nudges")


async def ensure_database(
    admin_url: str, *, password: str | None = None, database: str = DATABASE, passwords: Mapping[str, str] | None = None
) -> None:
    """Create the database, one role per service and the schema that it owns, unless they exist. Safe to repeat.

    `admin_url` names an existing database and a role that may create databases and roles; `password` is that role's.
    `passwords` sets those of the services' roles. A role without one can connect only where the server trusts it.
    """
    server = await asyncpg.connect(admin_url, password=password)
    try:
        for owner in OWNERS:
            if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", owner):
                await server.execute(f'CREATE ROLE "{owner}" LOGIN')
            if passwords and owner in passwords:
                quoted_password = await server.fetchval("SELECT quote_literal($1::text)", passwords[owner])
                await server.execute(f'ALTER ROLE "{owner}" PASSWORD {quoted_password}')
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await server.execute(f'CREATE DATABASE "{database}"')
    finally:
        await server.close()
    daymark = await asyncpg.connect(admin_url, password=password, database=database)
    try:
        await daymark.execute(f'REVOKE CREATE ON SCHEMA public FROM PUBLIC; REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        for owner in OWNERS:
            await daymark.execute(f'CREATE SCHEMA IF NOT EXISTS "{owner}" AUTHORIZATION "{owner}"')
            await daymark.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{database}" TO "{owner}"')
    finally:
        await daymark.close()
