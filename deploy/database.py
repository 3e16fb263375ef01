"""The database, and the roles and schemas that the services own. Safe to repeat."""

from collections.abc import Mapping
from typing import Final

import asyncpg

DATABASE: Final = "daymark"
OWNERS: Final = ("scoring", "nudges")


async def ensure_database(
    admin_url: str, *, password: str | None = None, database: str = DATABASE, passwords: Mapping[str, str] | None = None
) -> None:
    """Make the database, one role per service and the schema that it owns, where they are not there yet.

    `admin_url` names a role that may make databases and roles, and a database that exists; `password` is that role's.
    Roles given in `passwords` get that password; others can connect only where the server trusts them.
    """
    server = await asyncpg.connect(admin_url, password=password)
    try:
        for owner in OWNERS:
            if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", owner):
                await server.execute(f'CREATE ROLE "{owner}" LOGIN')
            if passwords and owner in passwords:
                quoted = await server.fetchval("SELECT quote_literal($1::text)", passwords[owner])
                await server.execute(f'ALTER ROLE "{owner}" PASSWORD {quoted}')
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await server.execute(f'CREATE DATABASE "{database}"')
    finally:
        await server.close()
    inside = await asyncpg.connect(admin_url, password=password, database=database)
    try:
        await inside.execute(f'REVOKE CREATE ON SCHEMA public FROM PUBLIC; REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        for owner in OWNERS:
            await inside.execute(f'CREATE SCHEMA IF NOT EXISTS "{owner}" AUTHORIZATION "{owner}"')
            await inside.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{database}" TO "{owner}"')
    finally:
        await inside.close()
