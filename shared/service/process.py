"""One process of a service: an HTTP server, a FastStream application and background jobs that start together, and end cleanly
on SIGTERM."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

import structlog
import uvloop
from faststream import FastStream
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import DaymarkError, in_english
from shared.service.broker import ServiceBroker
from shared.service.http.limits import DEFAULT_LIMITS, PROBE_LIMITS, HttpLimits, raise_open_files_limit
from shared.service.http_server import http_server
from shared.service.logs import configure_logs
from shared.service.probes import starting_routes
from shared.service.settings import EXIT_MISCONFIGURED, CommonSettings, SecretMissing, SettingsRefused, load_settings
from shared.transient_errors import until_reached

_log = structlog.get_logger()

_GC_THRESHOLD: Final = 200_000
"""After so many new containers Python looks for cycles among the youngest. Messages in hand are many and form no cycles; with
the default of 700 each batch would be searched a dozen times."""

SomeSettings = TypeVar("SomeSettings", bound=CommonSettings)


_RETRY_AFTER_S: Final = 5
_ending: Final = JSONResponse(
    {"error": "the service is being stopped; send the request again"}, 503, headers={"Retry-After": str(_RETRY_AFTER_S)}
)

Job = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set, finishes what it has in hand, and returns."""


def run_service(name: str, kind: type[SomeSettings], run: Callable[[SomeSettings], Coroutine[Any, Any, None]]) -> None:
    """Read the settings and run. An error that people can fix is one line in the log, and exit status 78 or 1."""
    configure_logs(name)
    try:
        settings = load_settings(kind)
        configure_logs(name, level=settings.logs.level)
        raise_open_files_limit()
        uvloop.run(_until_stopped(run(settings)))
    except (SettingsRefused, SecretMissing) as refused:
        _log.error("misconfigured", problem=in_english(refused))
        raise SystemExit(EXIT_MISCONFIGURED) from None
    except DaymarkError as failed:
        _log.error("cannot_go_on", problem=in_english(failed))
        raise SystemExit(1) from None


async def _until_stopped(running: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or until SIGTERM or SIGINT. A service that still waits for its servers has nothing in hand and just ends;
    from then on `run_process` handles the signals."""
    service = asyncio.create_task(running)
    asked = False

    def give_up() -> None:
        nonlocal asked
        asked = True
        service.cancel()

    _handle_signals(give_up)
    try:
        await service
    except asyncio.CancelledError:
        if not asked:
            raise
        _log.info("stopped")


def _handle_signals(handle: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, handle)


class Front:
    """The HTTP side of a process. It answers from the first moment, while the service still waits for its servers: `starting`
    serves until `run_process` puts the service's own application in its place."""

    def __init__(self, starting: ASGIApp, *, host: str, port: int, limits: HttpLimits = DEFAULT_LIMITS) -> None:
        self.app = starting
        self.server = http_server(self, host=host, port=port, limits=limits)
        self.serving = asyncio.create_task(self.server.serve(), name="http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:  # the process ends
            with suppress(RuntimeError):  # the response has begun
                await _ending(scope, receive, send)
        except ClientDisconnect:  # nobody waits for a response, and anybody could fill the log by leaving
            return


def probe_front(*, host: str, port: int) -> Front:
    """The front for the probes of a service whose own front is open to others. Nothing else is answered there."""
    return Front(Starlette(routes=starting_routes()), host=host, port=port, limits=PROBE_LIMITS)


def collect_garbage_rarely() -> None:
    """What exists now stays: searching all of it again and again would delay every request by 40 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


async def run_process(
    front: Front,
    web: ASGIApp,
    app: FastStream,
    broker: ServiceBroker,
    *,
    jobs: Mapping[str, Job],
    probes: tuple[Front, ASGIApp] | None = None,
) -> None:
    """Serve the web application, run the subscribers and the jobs until SIGTERM or SIGINT. `probes` are the front and the
    application of a service whose probes have a port of their own.

    First the HTTP servers and the subscribers take nothing new and finish what they have in hand, within three seconds; then
    the jobs end. A job that fails ends the process with its error, so that its supervisor starts it again. The connection to
    NATS stays open: whoever publishes may have something left to store. `app.stop()` closes it.
    """
    collect_garbage_rarely()
    served = [(front, web)] if probes is None else [(front, web), probes]
    fronts = [each for each, _ in served]
    for each, application in served:
        each.app = application
    await until_reached("nats", app.start)
    asked, stopping = asyncio.Event(), asyncio.Event()

    def ask_to_stop() -> None:
        for each in fronts:
            each.server.should_exit = True
        asked.set()

    _handle_signals(ask_to_stop)

    async def serve() -> None:
        for each in fronts:
            each.serving.add_done_callback(lambda _: asked.set())
        try:
            await asked.wait()
            await asyncio.gather(*[each.serving for each in fronts], broker.stop_subscribers())
        finally:
            stopping.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(serve(), name="http")
        for name, job in jobs.items():
            group.create_task(_watch(name, job, stopping, ask_to_stop), name=name)
    _log.info("stopped")


async def _watch(name: str, job: Job, stopping: asyncio.Event, ask_to_stop: Callable[[], None]) -> None:
    """Run a job. One that fails ends the process."""
    try:
        await job(stopping)
    except Exception:
        _log.exception("job_crashed", job=name)
        ask_to_stop()
        raise
