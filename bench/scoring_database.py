"""Databases of the scoring service for benchmarks."""

from datetime import datetime

import asyncpg

from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.schema import MIGRATIONS, SCHEMA
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.backends import Servers


async def open_empty_scoring(
    servers: Servers, *, database: str, roster: str, playbook: str, now: datetime
) -> tuple[asyncpg.Pool, DefinitionsCache]:
    """Replace the schema of scoring in an existing database by an empty one, and put a roster and a playbook in force.

    The caller closes the pool.
    """
    admin = await asyncpg.connect(servers.admin_url, database=database)
    await admin.execute(f"DROP SCHEMA {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA} AUTHORIZATION {SCHEMA}")
    await admin.close()
    pool = await make_pool(servers.postgres_url(role=SCHEMA, database=database), schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    cache = DefinitionsCache()
    await apply_roster(pool, cache, roster, file="roster", now=now)
    await apply_playbooks(pool, cache, playbook, file="playbook", now=now)
    return pool, cache
