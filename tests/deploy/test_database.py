"""The database of the services: a role and a schema each, and no way into the other's."""

from pathlib import Path

import asyncpg
import pytest

from deploy.database import OWNERS
from deploy.docker.make_roles import make_roles
from tests.backends import PASSWORD, Servers


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    for name in ("postgres-admin", *(f"postgres-{owner}" for owner in OWNERS)):
        (tmp_path / name).write_text(PASSWORD)
    return tmp_path


@pytest.fixture
async def roles(servers: Servers, secrets: Path) -> None:
    """The roles of the containers, made twice, as at a second start."""
    for _ in range(2):
        await make_roles(servers.admin_url, secrets)


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(("owner", "other"), [("scoring", "nudges"), ("nudges", "scoring")])
async def test_a_service_makes_tables_in_its_own_schema_and_in_no_other(servers: Servers, owner: str, other: str) -> None:
    connection = await asyncpg.connect(servers.postgres_url(role=owner, database="daymark"))
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"CREATE TABLE {owner}.probe (n int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"CREATE TABLE {other}.probe (n int)")
        await transaction.rollback()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.probe (n int)")
    finally:
        await connection.close()
