"""A pool of connections, named queries, and numbered forward migrations.

Each service owns one schema and connects as one role of the same name. Its queries stand in one file, `queries.sql`, as
blocks that begin with `-- name: <query>`; its migrations are `migrations/NNNN_<what>.sql`.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from shared.errors import DaymarkError

_log = structlog.get_logger()
_NAME: Final = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)
_UNSAFE_SETTINGS: Final = "SELECT name, setting FROM pg_settings WHERE name = ANY($1) AND setting = 'off'"
_DURABLE_SETTINGS: Final = ("fsync", "full_page_writes", "synchronous_commit")

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


class MigrationChanged(DaymarkError):
    """A migration that was already applied has been edited. Put the file back and write a new migration instead."""


class QueryMissing(DaymarkError):
    """No query of this name is in queries.sql. Check the spelling on both sides."""


class Queries:
    """The named queries of one service: `queries["find_day"]` is its SQL."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        names = list(_NAME.finditer(text))
        assert len({name[1] for name in names}) == len(names), f"{path} gives one name to two queries"
        ends = [following.start() for following in names[1:]] + [len(text)]
        self._sql = {name[1]: text[name.end() : end].strip().rstrip(";") for name, end in zip(names, ends, strict=True)}

    def __getitem__(self, name: str) -> str:
        try:
            return self._sql[name]
        except KeyError:
            raise QueryMissing(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._sql)


async def open_pool(url: str, *, schema: str, password: str | None = None, size_max: int = 10) -> asyncpg.Pool:
    """A pool whose connections look into one schema only and give up on locks after a while instead of hanging."""
    return await asyncpg.create_pool(
        url,
        password=password,
        min_size=0,
        max_size=size_max,
        timeout=5,
        command_timeout=60,
        server_settings={
            "search_path": schema,
            "application_name": f"daymark-{schema}",
            "timezone": "UTC",
            "jit": "off",  # it costs more than it saves: no query here runs for seconds
            "idle_in_transaction_session_timeout": "60s",
            "lock_timeout": "30s",
        },
    )


async def migrate(pool: asyncpg.Pool, *, schema: str, folder: Path) -> int:
    """Apply the migrations that are not applied yet, one replica at a time. Returns how many were.

    Raises:
        MigrationChanged: a file that was applied earlier no longer reads as it did.
    """
    applied_now = 0
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"migrate:{schema}")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        known = {row["name"]: row["digest"] for row in await connection.fetch("SELECT name, digest FROM migration")}
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
            sql = path.read_text(encoding="utf-8")
            digest = hashlib.sha256(sql.encode()).hexdigest()
            if path.name in known:
                if known[path.name] != digest:
                    raise MigrationChanged(path.name)
                continue
            await connection.execute(sql)
            await connection.execute("INSERT INTO migration (name, digest) VALUES ($1, $2)", path.name, digest)
            applied_now += 1
            _log.info("migration_applied", schema=schema, migration=path.name)
    return applied_now


async def unsafe_settings(pool: asyncpg.Pool) -> list[str]:
    """The settings under which Postgres could lose what it has committed; empty when it is safe to serve."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(_UNSAFE_SETTINGS, list(_DURABLE_SETTINGS))
    return sorted(row["name"] for row in rows)
