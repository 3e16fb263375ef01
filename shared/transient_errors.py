"""What a server looks like while it is down, restarting or overloaded.

None of these errors says anything about the message that was being handled, so the work is repeated rather than refused.
"""

from typing import Final

import asyncpg
import nats.errors

from shared.errors import Unavailable

TRANSIENT_ERRORS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    nats.errors.Error,
    OSError,
    TimeoutError,
    Unavailable,
)
