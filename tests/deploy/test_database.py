"""The database: each service has a role and a schema, and cannot reach into the schema of another."""

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
    """The roles that containers use. They are created twice, as on a second start."""
    for _ in range(2):
        await make_roles(servers.admin_url, secrets)


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(("owner", "other"), [("scoring", "nudges"), ("nudges", "scoring")])
async def test_a_service_can_create_tables_in_its_own_schema_only(servers: Servers, owner: str, other: str) -> None:
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
