"""Numbered forward migrations, applied when a service starts. A migration that has landed is never edited."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from shared.errors import DaymarkError

_log = structlog.get_logger()
_TIMEOUT_S: Final = 3_600.0
"""One that rewrites many rows takes longer than any other statement. Cut off, it would begin again for ever."""


class MigrationChanged(DaymarkError):
    """A migration that was already applied has been edited. Restore the file and write a new migration instead."""


async def migrate(pool: asyncpg.Pool, *, schema: str, folder: Path) -> int:
    """Apply the migrations that are missing, one replica at a time. Returns how many that were.

    Raises:
        MigrationChanged: a file that was applied earlier has changed since.
    """
    applied_now = 0
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"migrate:{schema}")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied = {row["name"]: row["digest"] for row in await connection.fetch("SELECT name, digest FROM migration")}
        for path, sql in _read_migrations(folder):
            digest = _digest_of(sql)
            if path.name in applied:
                if applied[path.name] != digest:
                    raise MigrationChanged(path.name)
                continue
            await connection.execute(sql, timeout=_TIMEOUT_S)
            await connection.execute("INSERT INTO migration (name, digest) VALUES ($1, $2)", path.name, digest)
            applied_now += 1
            _log.info("migration_applied", schema=schema, migration=path.name)
    return applied_now


def digests_in(folder: Path) -> dict[str, str]:
    """The SHA-256 of each migration, in hexadecimal, by the name of its file; as the table of a migrated schema holds them."""
    return {path.name: _digest_of(sql) for path, sql in _read_migrations(folder)}


def _read_migrations(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        yield path, path.read_text(encoding="utf-8")


def _digest_of(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()
