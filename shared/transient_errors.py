"""What a server looks like while it is down, restarting or overloaded.

These errors say nothing about the message that was being handled, so the work is repeated rather than refused. The exceptions
are `UNSTORABLE`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
import nats.errors
import structlog
from asyncpg.exceptions._base import DataError as InvalidQueryInput

from shared.errors import Unavailable

_log = structlog.get_logger()
_RETRY_S: Final = 0.5
Reached = TypeVar("Reached")

UNSTORABLE: Final = (asyncpg.DataError, InvalidQueryInput)
"""Values that Postgres cannot hold, such as a NUL in a text or a number that is too large. Catch these before the others."""

TRANSIENT_ERRORS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg no longer understands its connection; the pool closes it and opens another
    nats.errors.Error,
    OSError,
    TimeoutError,
    Unavailable,
)


def server_of(error: BaseException) -> str:
    """Which server an error comes from; empty if it may be either."""
    if isinstance(error, Unavailable):
        return error.server
    return "NATS" if isinstance(error, nats.errors.Error) else ""


async def until_reached(server: str, attempt: Callable[[], Awaitable[Reached]]) -> Reached:
    """Try until the server answers. Each problem is logged once."""
    last_problem = ""
    while True:
        try:
            return await attempt()
        except TRANSIENT_ERRORS as failed:
            problem = f"{type(failed).__name__}: {failed}"
            if problem != last_problem:
                last_problem = problem
                _log.warning("waiting_for_server", server=server, problem=problem)
        await asyncio.sleep(_RETRY_S)
