"""What a service answers when it is asked whether it lives and is ready, and how it checks its servers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from structlog.testing import capture_logs

from deploy.local.servers.ports import find_free_ports
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.connection_log import PermissionViolations
from shared.jetstream.progress import Progress
from shared.service.probes import (
    check_broker,
    check_progress,
    first_problem,
    probe_routes,
    problems_of,
    starting_routes,
)


class _Server:
    """A server that a service needs. `problem` is what its check reports, once it may; `checks` counts them."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.checks = 0
        self.may_report = asyncio.Event()
        self.may_report.set()

    async def check(self) -> str | None:
        self.checks += 1
        await self.may_report.wait()
        return self.problem


@pytest.fixture
def server() -> _Server:
    return _Server()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def client(server: _Server, registry: CollectorRegistry) -> httpx.AsyncClient:
    return _client(Starlette(routes=probe_routes(registry, {"postgres": server.check}, PermissionViolations())))


def _client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def test_a_ready_service_names_its_process(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": {}, "pid": os.getpid()}


async def test_a_problem_is_answered_each_time_and_logged_once(client: httpx.AsyncClient, server: _Server) -> None:
    server.problem = "fsync is off"
    with capture_logs() as logs:
        answers = [await client.get("/readyz") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[2].json()["problems"] == {"postgres": "fsync is off"}
    assert _about_readiness(logs) == [("not_ready", "fsync is off")]


async def test_another_problem_and_its_end_are_logged(client: httpx.AsyncClient, server: _Server) -> None:
    with capture_logs() as logs:
        for server.problem in (None, "fsync is off", "no answer", "no answer", None, None):
            await client.get("/readyz")

    assert _about_readiness(logs) == [("not_ready", "fsync is off"), ("not_ready", "no answer"), ("ready_again", None)]


def _about_readiness(logs: Sequence[MutableMapping[str, Any]]) -> list[tuple[str, str | None]]:
    """The events about readiness, with what each reports about Postgres. Connections of other tests may log, too."""
    return [(log["event"], log.get("postgres")) for log in logs if log["event"] in ("not_ready", "ready_again")]


async def test_a_service_that_is_not_ready_is_alive_and_has_metrics(
    client: httpx.AsyncClient, server: _Server, registry: CollectorRegistry
) -> None:
    server.problem = "fsync is off"
    Counter("daymark_test_messages_total", "Messages.", registry=registry).inc()

    alive, metrics = await client.get("/livez"), await client.get("/metrics")

    assert (alive.status_code, metrics.status_code) == (200, 200)
    assert "daymark_test_messages_total 1.0" in metrics.text


async def test_a_service_that_waits_for_its_servers_is_alive_not_ready_and_without_metrics() -> None:
    client = _client(Starlette(routes=starting_routes()))

    answers = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]

    assert [answer.status_code for answer in answers] == [200, 503, 404]
    assert answers[1].json()["problems"] == {"starting": "the service is waiting for its servers; its log names them"}


async def test_a_check_that_takes_too_long_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.probes._CHECK_TIMEOUT_S", 0.01)

    async def hang() -> str | None:
        await asyncio.Event().wait()
        return None

    async def succeed() -> str | None:
        return None

    assert await problems_of({"nats": hang, "postgres": succeed}) == {"nats": "no answer within 0 s"}


async def test_a_broker_that_syncs_every_write_has_no_problem(nats: LeanClient, monitor_url: str) -> None:
    assert await problems_of({"nats": check_broker(nats, monitor_url)}) == {}


async def test_a_broker_that_cannot_be_checked_is_a_problem(nats: LeanClient) -> None:
    (port,) = find_free_ports(1)

    assert await check_broker(nats, "")() == (
        "nats.monitor_url is not set, so it cannot be checked that JetStream syncs its writes; set it"
    )
    assert await check_broker(nats, f"http://127.0.0.1:{port}")() == (
        "NATS does not answer at nats.monitor_url; correct it or open the server's http port"
    )


async def test_a_broker_that_is_not_connected_is_a_problem(monitor_url: str) -> None:
    assert await check_broker(LeanClient(), monitor_url)() == "NATS is not connected; start the server or correct nats.url"


@pytest.fixture
async def hasty_broker(tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The URL and the monitor URL of a nats-server that confirms messages before it syncs them, which is its default."""
    port, monitor_port = find_free_ports(2)
    program = str(Path(sys.executable).with_name("nats-server"))
    arguments = ["-a", "127.0.0.1", "-p", str(port), "-m", str(monitor_port), "-js", "-sd", str(tmp_path)]
    server = await asyncio.create_subprocess_exec(program, *arguments, stderr=subprocess.DEVNULL)
    async with asyncio.timeout(20), httpx.AsyncClient() as client:
        while not await _answers(client, f"http://127.0.0.1:{monitor_port}/healthz"):
            await asyncio.sleep(0.02)
    yield f"nats://127.0.0.1:{port}", f"http://127.0.0.1:{monitor_port}"
    server.terminate()
    await server.wait()


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        await client.get(url)
    except httpx.TransportError:
        return False
    return True


async def test_a_broker_that_confirms_before_it_syncs_is_a_problem(hasty_broker: tuple[str, str]) -> None:
    url, monitor_url = hasty_broker
    connection = await connect(url, name="test")

    problem = await check_broker(connection, monitor_url)()

    await connection.close()
    assert problem == "JetStream does not report sync_always; set `sync_interval: always` in the server's configuration"


@pytest.mark.parametrize(
    ("storage", "health", "problem"),
    [
        (99, '{"status":"ok"}', None),
        (100, '{"status":"ok"}', "JetStream has reached its storage limit"),
        (99, '{"error":"JetStream stream A write error: no space left on device"}', "NATS could not write"),
        (99, '{"error":"JetStream is not current"}', None),
    ],
)
async def test_a_broker_that_refuses_messages_is_a_problem(
    nats: LeanClient, monkeypatch: pytest.MonkeyPatch, storage: int, health: str, problem: str | None
) -> None:
    jetstream = {"config": {"sync_always": True, "max_storage": 100}, "stats": {"storage": storage}}

    async def get(_: httpx.AsyncClient, url: str) -> httpx.Response:
        return httpx.Response(200, json={"jetstream": jetstream}) if url.endswith("/varz") else httpx.Response(503, text=health)

    monkeypatch.setattr(httpx.AsyncClient, "get", get)
    answer = await check_broker(nats, "http://monitor")()

    assert (answer is None) if problem is None else (answer or "").startswith(problem)


async def test_work_that_fails_makes_a_service_unready() -> None:
    progress = Progress("recording activities", server="Postgres", time_s=iter([0.0, 10.0, 10.0]).__next__)
    progress.fail(asyncpg.DiskFullError())

    problems = await problems_of({"activities": check_progress(progress)})

    assert problems["activities"].startswith("recording activities has failed for 10 s, the last time with DiskFullError")


async def test_of_several_checks_the_first_problem_counts(server: _Server) -> None:
    second = _Server()
    check = first_problem(server.check, second.check)
    assert await check() is None

    second.problem = "second"
    assert await check() == "second"
    server.problem = "first"
    assert await check() == "first"


async def test_the_metrics_say_which_check_has_a_problem(client: httpx.AsyncClient, server: _Server) -> None:
    assert 'daymark_problem{check="postgres"} 0.0' in (await client.get("/metrics")).text
    server.problem = "Postgres does not answer"
    assert 'daymark_problem{check="postgres"} 1.0' in (await client.get("/metrics")).text


async def test_many_who_ask_for_readiness_at_once_cost_one_check(client: httpx.AsyncClient, server: _Server) -> None:
    server.may_report.clear()
    asking = [asyncio.create_task(client.get("/readyz")) for _ in range(20)]
    while not server.checks:
        await asyncio.sleep(0)
    asking[0].cancel()
    server.may_report.set()

    answers = await asyncio.gather(*asking[1:])
    again = await client.get("/readyz")

    assert {answer.status_code for answer in [*answers, again]} == {200}
    assert server.checks == 2


async def test_many_who_ask_for_metrics_at_once_cost_one_rendering(
    client: httpx.AsyncClient, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderings: list[CollectorRegistry] = []

    def render(asked: CollectorRegistry) -> bytes:
        renderings.append(asked)
        return b"text"

    monkeypatch.setattr("shared.service.probes.generate_latest", render)

    answers = await asyncio.gather(*[client.get("/metrics") for _ in range(20)])

    assert [answer.text for answer in answers] == ["texttext"] * 20
    assert renderings.count(registry) == 1
