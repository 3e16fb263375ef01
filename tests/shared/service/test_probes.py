"""What a service answers to who asks whether it lives and is ready."""

import os
from collections.abc import MutableMapping, Sequence
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from structlog.testing import capture_logs

from shared.service.probes import probe_routes


class _Server:
    """Something that a service rests on. `problem` is what its check says."""

    def __init__(self) -> None:
        self.problem: str | None = None

    async def check(self) -> str | None:
        return self.problem


@pytest.fixture
def server() -> _Server:
    return _Server()


@pytest.fixture
def client(server: _Server) -> httpx.AsyncClient:
    app = Starlette(routes=probe_routes(CollectorRegistry(), {"postgres": server.check}))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def test_a_ready_service_names_its_process(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": {}, "pid": os.getpid()}


async def test_what_is_wrong_is_answered_each_time_and_logged_once(client: httpx.AsyncClient, server: _Server) -> None:
    server.problem = "fsync is off"
    with capture_logs() as logs:
        answers = [await client.get("/readyz") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[2].json()["problems"] == {"postgres": "fsync is off"}
    assert _about_readiness(logs) == [("not_ready", "fsync is off")]


async def test_another_problem_and_the_end_of_it_are_logged(client: httpx.AsyncClient, server: _Server) -> None:
    with capture_logs() as logs:
        for server.problem in (None, "fsync is off", "no answer", "no answer", None, None):
            await client.get("/readyz")

    assert _about_readiness(logs) == [("not_ready", "fsync is off"), ("not_ready", "no answer"), ("ready_again", None)]


def _about_readiness(logs: Sequence[MutableMapping[str, Any]]) -> list[tuple[str, str | None]]:
    """The event and what it says of Postgres. Connections of other tests may log as well."""
    return [(log["event"], log.get("postgres")) for log in logs if log["event"] in ("not_ready", "ready_again")]
