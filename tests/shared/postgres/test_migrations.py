"""Numbered migrations: each is applied once, in order, all of them or none."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from shared.postgres.migrations import MigrationChanged, migrate
from shared.postgres.pool import make_pool
from tests.backends import Servers

CREATE = "CREATE TABLE day (rep_id text PRIMARY KEY);\nINSERT INTO day VALUES ('ana');\n"
ALTER = "ALTER TABLE day ADD COLUMN score numeric;\n"
BROKEN = "ALTER TABLE dya ADD COLUMN part numeric;\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def _write(folder: Path, **migrations: str) -> None:
    """Files such as `0001_days.sql`, from names such as `_0001_days`."""
    for name, sql in migrations.items():
        (folder / f"{name.removeprefix('_')}.sql").write_text(sql)


async def _tables(pool: asyncpg.Pool) -> list[str]:
    return [row["tablename"] for row in await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]


async def test_migrations_are_applied_in_the_order_of_their_numbers(pool: asyncpg.Pool, schema: str, folder: Path) -> None:
    _write(folder, _0010_score=ALTER, _0009_days=CREATE)

    assert await migrate(pool, schema=schema, folder=folder) == 2

    names = [row["name"] for row in await pool.fetch("SELECT name FROM migration ORDER BY name")]
    assert names == ["0009_days.sql", "0010_score.sql"]
    assert await pool.fetchval("SELECT count(*) FROM day WHERE score IS NULL") == 1


async def test_each_migration_is_applied_once(pool: asyncpg.Pool, schema: str, folder: Path) -> None:
    _write(folder, _0001_days=CREATE)
    assert await migrate(pool, schema=schema, folder=folder) == 1
    assert await migrate(pool, schema=schema, folder=folder) == 0

    _write(folder, _0002_score=ALTER)

    assert await migrate(pool, schema=schema, folder=folder) == 1
    assert await pool.fetchval("SELECT count(*) FROM day") == 1


async def test_replicas_that_start_at_once_apply_each_migration_once(servers: Servers, schema: str, folder: Path) -> None:
    _write(folder, _0001_days=CREATE, _0002_score=ALTER)
    pools = [await make_pool(servers.admin_url, schema=schema, size_max=1) for _ in range(4)]

    applied = await asyncio.gather(*[migrate(pool, schema=schema, folder=folder) for pool in pools])

    for pool in pools:
        await pool.close()
    assert sorted(applied) == [0, 0, 0, 2]


async def test_a_replica_waits_until_another_has_migrated(
    pool: asyncpg.Pool, servers: Servers, schema: str, folder: Path
) -> None:
    _write(folder, _0001_days=CREATE)
    other = await asyncpg.connect(servers.admin_url)
    await other.execute("SELECT pg_advisory_lock(hashtext($1))", f"migrate:{schema}")

    migrating = asyncio.create_task(migrate(pool, schema=schema, folder=folder))
    while not await _is_waiting_for_lock(other, schema) and not migrating.done():
        await asyncio.sleep(0.01)

    assert await _tables(pool) == []
    await other.close()
    assert await migrating == 1


async def _is_waiting_for_lock(connection: asyncpg.Connection, schema: str) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'advisory'"
    return await connection.fetchval(query, f"daymark-{schema}") is not None


async def test_a_migration_that_fails_leaves_nothing_behind(pool: asyncpg.Pool, schema: str, folder: Path) -> None:
    _write(folder, _0001_days=CREATE, _0002_part=BROKEN)

    with pytest.raises(asyncpg.UndefinedTableError):
        await migrate(pool, schema=schema, folder=folder)

    assert await _tables(pool) == []
    _write(folder, _0002_part=BROKEN.replace("dya", "day"))
    assert await migrate(pool, schema=schema, folder=folder) == 2


async def test_a_migration_that_was_applied_and_edited_is_refused(pool: asyncpg.Pool, schema: str, folder: Path) -> None:
    _write(folder, _0001_days=CREATE)
    await migrate(pool, schema=schema, folder=folder)

    _write(folder, _0001_days=CREATE + "-- A comment.\n", _0002_score=ALTER)

    with pytest.raises(MigrationChanged, match=r"^0001_days\.sql: A migration that was already applied has been edited"):
        await migrate(pool, schema=schema, folder=folder)
    assert await pool.fetchval("SELECT count(*) FROM migration") == 1


@pytest.mark.parametrize("name", ["1_part.sql", "00001_part.sql", "0002.sql", "0002_part.sql.orig", "part.sql", "README.md"])
async def test_a_file_without_a_number_of_four_digits_is_no_migration(
    pool: asyncpg.Pool, schema: str, folder: Path, name: str
) -> None:
    _write(folder, _0001_days=CREATE)
    (folder / name).write_text(BROKEN)

    assert await migrate(pool, schema=schema, folder=folder) == 1


async def test_two_schemas_are_migrated_independently(pool: asyncpg.Pool, servers: Servers, schema: str, folder: Path) -> None:
    _write(folder, _0001_days=CREATE)
    await migrate(pool, schema=schema, folder=folder)
    await pool.execute(f"CREATE SCHEMA {schema}_other")

    async with make_pool(servers.admin_url, schema=f"{schema}_other") as other:
        assert await migrate(other, schema=f"{schema}_other", folder=folder) == 1

    await pool.execute(f"DROP SCHEMA {schema}_other CASCADE")
