"""What a server looks like while it is down, restarting or overloaded.

These errors say nothing about the message that was being handled, so the work is repeated rather than refused. The exceptions
are `UNSTORABLE`.
"""

from typing import Final

import asyncpg
import nats.errors
from asyncpg.exceptions._base import DataError as InvalidQueryInput

from shared.errors import Unavailable

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
