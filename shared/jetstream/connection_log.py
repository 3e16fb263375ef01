"""What the log says of a connection to NATS."""

import nats.errors
import structlog
from nats.aio.client import Client

_log = structlog.get_logger()


class ConnectionLog:
    """Logs what happens to a connection: refusals by the server's permissions, which a requester only sees as a timeout, and
    that the server is down, once and not for each of the many attempts to reach it."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection
        self._last_error = ""

    async def failed(self, error: Exception) -> None:
        text = str(error)
        if self._connection.is_connected or text != self._last_error:
            is_expected = isinstance(error, nats.errors.Error | OSError)
            _log.warning("nats_error", error=text, exc_info=None if is_expected else error)
        self._last_error = text

    async def disconnected(self) -> None:
        if not self._connection.is_closed:
            _log.warning("nats_disconnected")

    async def reconnected(self) -> None:
        self._last_error = ""
        _log.info("nats_reconnected")


class NoLog:
    """For whoever is told by an error of their own that the server is down."""

    async def failed(self, error: Exception) -> None:
        """Log nothing."""

    async def disconnected(self) -> None:
        """Log nothing."""

    async def reconnected(self) -> None:
        """Log nothing."""
