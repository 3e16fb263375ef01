"""One process of a service: an HTTP server and background loops that start together, and end cleanly on SIGTERM."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import structlog
import uvicorn
from starlette.applications import Starlette

_log = structlog.get_logger()
_DRAIN_S: Final = 3


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process before the loops have finished."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


Loop = Callable[[asyncio.Event], Awaitable[None]]
"""A background loop. It runs until the event is set, finishes what it has in hand, and returns."""


async def run_process(app: Starlette, *, host: str, port: int, loops: Mapping[str, Loop]) -> None:
    """Serve and run the loops until SIGTERM or SIGINT.

    First the HTTP server stops taking requests and answers those it has, then the loops are told. A loop that fails ends
    the process with its error, so that whoever supervises starts it again.
    """
    server = _server(app, host=host, port=port)
    stopping = asyncio.Event()

    def ask_to_stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ask_to_stop)

    async def serve() -> None:
        try:
            await server.serve()
        finally:
            stopping.set()

    async def watch(name: str, loop: Loop) -> None:
        try:
            await loop(stopping)
        except Exception:
            _log.exception("loop_failed", loop=name)
            ask_to_stop()
            raise

    async with asyncio.TaskGroup() as group:
        group.create_task(serve(), name="http")
        for name, loop in loops.items():
            group.create_task(watch(name, loop), name=name)
    _log.info("stopped")


def _server(app: Starlette, *, host: str, port: int) -> _Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_DRAIN_S,
        timeout_keep_alive=30,
        backlog=2048,
        server_header=False,
        lifespan="off",
    )
    return _Server(config)
