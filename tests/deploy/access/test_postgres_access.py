"""Who may do what at the PostgreSQL of `daymark up`: who is let in, and each role with each schema and each action."""

import os
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from deploy.database import OWNERS, ensure_database
from deploy.local.servers.postgres_server import PostgresServer
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.folders import needs_root, open_to_everybody
from tests.running_daymark import ROOT

PASSWORDS: Final = {owner: f"password of {owner}" for owner in OWNERS}
_OTHER_USER: Final = 65_534
_TABLES: Final = {"scoring": "rep_day", "nudges": "nudge"}
ON_TABLES: Final = {
    "read": "SELECT * FROM {schema}.{table}",
    "insert": "INSERT INTO {schema}.{table} DEFAULT VALUES",
    "delete": "DELETE FROM {schema}.{table}",
    "truncate": "TRUNCATE {schema}.{table} CASCADE",
    "alter": "ALTER TABLE {schema}.{table} ADD COLUMN another int",
    "drop": "DROP TABLE {schema}.{table} CASCADE",
    "grant": "GRANT SELECT ON {schema}.{table} TO PUBLIC",
    "create": "CREATE TABLE {schema}.another (n int)",
}
"""What is tried with each schema."""
ON_SERVER: Final = {
    "create in public": "CREATE TABLE public.another (n int)",
    "create a schema": "CREATE SCHEMA another",
    "create a role": "CREATE ROLE another",
    "create a database": "CREATE DATABASE another",
    "become the administrator": "SET ROLE postgres",
    "become scoring": "SET ROLE scoring",
    "become nudges": "SET ROLE nudges",
    "give itself rights": "GRANT postgres TO CURRENT_USER",
    "read passwords": "SELECT rolpassword FROM pg_authid",
    "read a file": "SELECT pg_read_file('/etc/hostname')",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "change the server": "ALTER SYSTEM SET fsync = off",
    "pass over triggers": "SET session_replication_role = replica",
    "make a temporary table": "CREATE TEMPORARY TABLE another (n int)",
}
"""What is tried once."""
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "scoring": frozenset({*(f"{action} scoring" for action in ON_TABLES), "become scoring", "make a temporary table"}),
    "nudges": frozenset({*(f"{action} nudges" for action in ON_TABLES), "become nudges", "make a temporary table"}),
}
_REFUSED: Final = (asyncpg.InsufficientPrivilegeError, asyncpg.ActiveSQLTransactionError)


class RunningPostgres(NamedTuple):
    server: PostgresServer
    folder: Path


@pytest.fixture(scope="module")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningPostgres]:
    folder = tmp_path_factory.mktemp("pg")
    open_to_everybody(folder)
    server = PostgresServer(folder / "d", with_passwords=True)
    await server.start()
    try:
        await ensure_database(server.url(database="postgres"), passwords=PASSWORDS)
        for owner in OWNERS:
            async with make_pool(server.url(role=owner), schema=owner, password=PASSWORDS[owner]) as pool:
                await migrate(pool, schema=owner, folder=ROOT / "services" / owner / "migrations")
        yield RunningPostgres(server, folder / "d")
    finally:
        await server.stop()


def _statements() -> dict[str, str]:
    """By the name of the action."""
    of_schemas = {
        f"{action} {schema}": statement.format(schema=schema, table=table)
        for schema, table in _TABLES.items()
        for action, statement in ON_TABLES.items()
    }
    return of_schemas | ON_SERVER


async def _is_permitted(connection: asyncpg.Connection, statement: str) -> bool:
    """Nothing of it stays. What fails for another reason was permitted."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except _REFUSED:
        return False
    except asyncpg.IntegrityConstraintViolationError:
        return True
    finally:
        await transaction.rollback()
    return True


@pytest.mark.parametrize("role", OWNERS)
async def test_a_role_may_do_everything_with_its_own_schema_and_nothing_else(postgres: RunningPostgres, role: str) -> None:
    connection = await asyncpg.connect(postgres.server.url(role=role), password=PASSWORDS[role])
    try:
        permitted = {name for name, statement in _statements().items() if await _is_permitted(connection, statement)}
    finally:
        await connection.close()

    assert permitted == ALLOWED[role]


async def test_every_role_and_every_schema_of_a_service_is_in_the_table(postgres: RunningPostgres) -> None:
    admin = await asyncpg.connect(postgres.server.url())
    roles = await admin.fetch("SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname <> 'postgres'")
    schemas = await admin.fetch(r"SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public)'")
    await admin.close()

    assert {row["rolname"] for row in roles} == set(ALLOWED)
    assert {row["nspname"] for row in schemas} == set(_TABLES)


@pytest.mark.parametrize("role", OWNERS)
@pytest.mark.parametrize("password", [None, "wrong", "of the other"])
async def test_nobody_is_let_in_as_a_service_without_its_password(
    postgres: RunningPostgres, role: str, password: str | None
) -> None:
    (other,) = set(OWNERS) - {role}
    password_tried = PASSWORDS[other] if password == "of the other" else password

    with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InterfaceError, asyncpg.InvalidAuthorizationSpecificationError)):
        await asyncpg.connect(postgres.server.url(role=role), password=password_tried)


async def test_the_administrator_is_the_user_who_runs_daymark(postgres: RunningPostgres) -> None:
    admin = await asyncpg.connect(postgres.server.url())
    assert await admin.fetchval("SELECT usesuper FROM pg_user WHERE usename = current_user")
    await admin.close()


def test_the_folder_of_the_socket_is_closed_to_other_users(postgres: RunningPostgres) -> None:
    assert postgres.folder.stat().st_mode & 0o077 == 0


@needs_root
@pytest.mark.parametrize("role", ["postgres", *OWNERS])
def test_another_user_of_the_machine_does_not_get_in_even_if_the_folder_is_opened(postgres: RunningPostgres, role: str) -> None:
    postgres.folder.chmod(0o711)
    try:
        answer = _answer_to_user(_OTHER_USER, postgres.server.url(), role)
    finally:
        postgres.folder.chmod(0o700)

    asks_for_password = answer[:1] == b"R" and struct.unpack("!i", answer[5:9]) == (10,)
    assert asks_for_password if role in OWNERS else b"Peer authentication failed" in answer


def _answer_to_user(user_id: int, url: str, role: str) -> bytes:
    """The first answer of the server to a user of this machine who wants to be `role`."""
    folder = unquote(urlsplit(url).query.partition("host=")[2])
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(user_id)
            os.setuid(user_id)
            os.write(writing, _first_answer(f"{folder}/.s.PGSQL.5432", role))
        except OSError as failed:
            os.write(writing, repr(failed).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


def _first_answer(path: str, role: str) -> bytes:
    parameters = f"user\0{role}\0database\0daymark\0\0".encode()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(struct.pack("!ii", 8 + len(parameters), 196_608) + parameters)
        return client.recv(1_000)
