"""An application behind the real HTTP server, for behaviour that only a socket shows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from shared.service.http.limits import DEFAULT_LIMITS, HttpLimits
from shared.service.http_server import http_server


@asynccontextmanager
async def served(
    app: ASGIApp, *, limits: HttpLimits = DEFAULT_LIMITS, before_shutdown: Callable[[], None] | None = None
) -> AsyncIterator[int]:
    """Serve the application. Yields its port."""
    server = http_server(app, host="127.0.0.1", port=0, limits=limits)
    if before_shutdown is not None:
        server.before_shutdown(before_shutdown)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving
