"""/livez, /readyz and /metrics, the same in every service.

A service is ready only while its servers are reachable *and* keep what they confirm: JetStream with `sync_interval: always`,
Postgres with fsync, full_page_writes and synchronous_commit on. Otherwise a power cut could lose a confirmed webhook.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from platform import python_version
from typing import Final, Generic, TypeVar

import asyncpg
import httpx
import structlog
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from shared.jetstream.client import LeanClient
from shared.jetstream.connection_log import PermissionViolations
from shared.jetstream.progress import Progress
from shared.postgres.pool import unsafe_settings
from shared.service.http_client import make_http_client
from shared.service.version import VERSION
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
STARTING: Final = "starting"
PROBLEM: Final = "daymark_problem"
PERMISSION_VIOLATIONS: Final = "daymark_nats_permission_violations"
_CHECK_TIMEOUT_S: Final = 3.0
_POSTGRES_TIMEOUT_S: Final = 2.0
"""Shorter, so that the answer names Postgres."""
_WRITE_ERROR: Final = "write error"
"""How nats-server reports that it could not write. It stays in that state until it is restarted."""
Result = TypeVar("Result")

Check = Callable[[], Awaitable[str | None]]
"""Checks one thing. Returns None when it is well, otherwise one sentence: what is wrong and what to do."""


def check_broker(connection: LeanClient, monitor_url: str) -> Check:
    """The broker is connected, permits what the service does, syncs every write, and can write."""

    async def check() -> str | None:
        if not connection.is_connected:
            return "NATS is not connected; start the server or correct nats.url"
        if (refused := connection.violations.problem()) is not None:
            return refused
        if not monitor_url:
            return "nats.monitor_url is not set, so it cannot be checked that JetStream syncs its writes; set it"
        try:
            async with make_http_client(timeout_s=2) as client:
                answer = (await client.get(f"{monitor_url}/varz")).json()
                health = (await client.get(f"{monitor_url}/healthz")).text
        except (httpx.HTTPError, ValueError):
            return "NATS does not answer at nats.monitor_url; correct it or open the server's http port"
        jetstream = answer.get("jetstream", {})
        if not jetstream.get("config", {}).get("sync_always", False):
            return "JetStream does not report sync_always; set `sync_interval: always` in the server's configuration"
        if _used_ratio(jetstream) >= 1:
            return "JetStream has reached its storage limit and refuses messages; raise max_file_store in its configuration"
        if _WRITE_ERROR in health:
            return "NATS could not write and refuses messages; make room on its disk, and restart it unless `daymark up` does"
        return None

    return check


async def read_used_ratio(monitor_url: str) -> float:
    """Which part (0 to 1) of its storage limit JetStream has used; 0 without a limit.

    Raises:
        TimeoutError: the broker's HTTP port does not say.
    """
    try:
        async with make_http_client(timeout_s=2) as client:
            return _used_ratio((await client.get(f"{monitor_url}/varz")).json()["jetstream"])
    except (httpx.HTTPError, ValueError, KeyError) as failed:
        raise TimeoutError(monitor_url) from failed


def _used_ratio(jetstream: Mapping[str, Mapping[str, float]]) -> float:
    limit = jetstream.get("config", {}).get("max_storage", 0)
    return jetstream.get("stats", {}).get("storage", 0) / limit if limit > 0 else 0.0


def check_postgres(pool: asyncpg.Pool) -> Check:
    """Postgres answers and keeps what it commits."""

    async def check() -> str | None:
        try:
            async with asyncio.timeout(_POSTGRES_TIMEOUT_S):
                unsafe = await unsafe_settings(pool)
        except TRANSIENT_ERRORS:
            return "Postgres does not answer; start the server, look whether it hangs, or correct postgres.url"
        if unsafe:
            return f"Postgres runs with {', '.join(unsafe)} off and may lose what it commits; turn it on"
        return None

    return check


def check_progress(progress: Progress) -> Check:
    """The work got done lately, if there was any."""

    async def check() -> str | None:
        return progress.problem()

    return check


def first_problem(*checks: Check) -> Check:
    """Several checks as one, asked in this order."""

    async def check() -> str | None:
        for check_one in checks:
            if (problem := await check_one()) is not None:
                return problem
        return None

    return check


async def problems_of(checks: Mapping[str, Check]) -> dict[str, str]:
    """The problems, by the name of the check; empty when the service is ready."""

    async def ask(name: str, check: Check) -> tuple[str, str | None]:
        try:
            async with asyncio.timeout(_CHECK_TIMEOUT_S):
                return name, await check()
        except TimeoutError:
            return name, f"no answer within {_CHECK_TIMEOUT_S:.0f} s"

    answers = await asyncio.gather(*[ask(name, check) for name, check in checks.items()])
    return {name: problem for name, problem in answers if problem is not None}


class Shared(Generic[Result]):
    """Work whose result everybody gets who asks while it is going on: anybody may ask for /readyz and /metrics, and what they
    answer costs more than to ask."""

    def __init__(self, work: Callable[[], Coroutine[None, None, Result]]) -> None:
        self._work = work
        self._going_on: asyncio.Task[Result] | None = None

    async def result(self) -> Result:
        """That of the work going on, or of new work. Who stops waiting does not end it for the others."""
        if self._going_on is None or self._going_on.done():
            self._going_on = asyncio.create_task(self._work())
        return await asyncio.shield(self._going_on)


def starting_routes() -> Sequence[Route]:
    """/livez and /readyz of a service that has not reached its servers yet. There is no /metrics, so Prometheus sees the
    service as down."""

    async def readyz(_: Request) -> Response:
        return _readiness({STARTING: "the service is waiting for its servers; its log names them"})

    return [Route("/livez", _livez), Route("/readyz", readyz)]


def probe_routes(registry: CollectorRegistry, checks: Mapping[str, Check], violations: PermissionViolations) -> Sequence[Route]:
    """The three routes.

    The log says what is wrong when that changes, not each time somebody asks. The answer of /readyz holds the process id, so
    whoever started the process notices when another program answers on its port.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client does not annotate it
    own = CollectorRegistry()
    ProcessCollector(registry=own)
    _add_build_info(own)
    own.register(_ViolationCounter(violations))
    logged: Mapping[str, str] = {}
    gauge = Gauge(
        PROBLEM,
        "Whether the service has a problem (1) by this check of /readyz, which says what to do.",
        ["check"],
        registry=own,
    )

    async def find_problems() -> Mapping[str, str]:
        problems = await problems_of(checks)
        for name in checks:
            gauge.labels(name).set(name in problems)
        return problems

    checking = Shared(find_problems)

    async def readyz(_: Request) -> Response:
        nonlocal logged
        problems: Mapping[str, str] = await checking.result()
        if problems != logged:
            logged = problems
            _log.warning("not_ready", **problems) if problems else _log.info("ready_again")
        return _readiness(problems)

    async def render() -> bytes:
        await checking.result()
        return generate_latest(own) + generate_latest(registry)

    rendering = Shared(render)

    async def metrics(_: Request) -> Response:
        return Response(await rendering.result(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [Route("/livez", _livez), Route("/readyz", readyz), Route("/metrics", metrics)]


class _ViolationCounter(Collector):
    def __init__(self, violations: PermissionViolations) -> None:
        self._violations = violations

    def collect(self) -> Iterable[CounterMetricFamily]:
        """What the connection has counted so far."""
        text = "What NATS has refused because the user lacks the permission. Any: /readyz names it; see the runbook."
        yield CounterMetricFamily(PERMISSION_VIOLATIONS, text, value=self._violations.count)


def _add_build_info(registry: CollectorRegistry) -> None:
    build = Gauge(
        "daymark_build_info",
        "Always 1; the labels say which version of Daymark and of Python runs. They differ: an update is half done.",
        ["version", "python"],
        registry=registry,
    )
    build.labels(VERSION, python_version()).set(1)


async def _livez(_: Request) -> Response:
    return PlainTextResponse("alive\n")


def _readiness(problems: Mapping[str, str]) -> Response:
    answer = {"ready": not problems, "problems": dict(problems), "pid": os.getpid()}
    return JSONResponse(answer, status_code=503 if problems else 200)
