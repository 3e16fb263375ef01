"""How a service checks that Postgres answers and keeps what it commits."""

import asyncio
import os
import signal

import asyncpg
import pytest

from deploy.local.servers.ports import find_free_ports
from shared.postgres.pool import make_pool
from shared.service.probes import check_postgres
from tests.backends import Servers


async def test_postgres_that_keeps_what_it_commits_has_no_problem(servers: Servers) -> None:
    async with make_pool(servers.admin_url, schema="public", size_max=1) as pool:
        assert await check_postgres(pool)() is None


async def test_postgres_that_may_lose_a_commit_is_a_problem(servers: Servers) -> None:
    async with asyncpg.create_pool(servers.admin_url, min_size=0, server_settings={"synchronous_commit": "off"}) as pool:
        problem = await check_postgres(pool)()

    assert problem == "Postgres runs with synchronous_commit off and may lose what it commits; turn it on"


async def test_postgres_that_does_not_answer_is_a_problem() -> None:
    (port,) = find_free_ports(1)

    async with make_pool(f"postgresql://scoring@127.0.0.1:{port}/scoring", schema="scoring") as pool:
        problem = await check_postgres(pool)()

    assert problem == "Postgres does not answer; start the server, look whether it hangs, or correct postgres.url"


@pytest.mark.skipif(os.environ.get("TEST_BACKEND") == "containers", reason="a process in a container cannot be stopped")
async def test_postgres_that_hangs_is_named_in_time_and_holds_nothing_up_afterwards(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.service.probes._POSTGRES_TIMEOUT_S", 0.1)
    async with make_pool(servers.admin_url, schema="public", size_max=1) as pool:
        hanging = await pool.fetchval("SELECT pg_backend_pid()")
        os.kill(hanging, signal.SIGSTOP)
        try:
            async with asyncio.timeout(10):
                problem = await check_postgres(pool)()
            assert await check_postgres(pool)() is None  # the other connections of the server are well
        finally:
            os.kill(hanging, signal.SIGCONT)

    assert problem == "Postgres does not answer; start the server, look whether it hangs, or correct postgres.url"
