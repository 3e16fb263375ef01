"""What the log says of a connection to NATS, and what the server has refused on it."""

import re
from collections.abc import Callable
from typing import Final, Protocol

import nats.errors
import structlog

from shared.clock import monotonic_s

_log = structlog.get_logger()
_VIOLATION: Final = re.compile(r'permissions violation for (publish|subscription) (?:to )?"([^"]*)')
_RECENT_S: Final = 300.0
"""What is rarely done was refused, and will be refused again, although it was not tried lately."""
_LOG_INTERVAL_S: Final = 1.0


class PermissionViolations:
    """What the server has refused one connection because its user lacks the permission. Whoever asked sees only a timeout."""

    def __init__(self, time_s: Callable[[], float] = monotonic_s) -> None:
        self._time_s = time_s
        self._newest_at_s: float | None = None
        self._newest = ""
        self._logged_at_s: float | None = None
        self.count = 0

    def note(self, error: str) -> bool:
        """Count the error if it is a violation. Returns whether it is one. The log has at most one line per second of them."""
        violation = _VIOLATION.search(error.lower())
        if violation is None:
            return False
        verb = "publish to" if violation[1] == "publish" else "subscribe to"
        self.count += 1
        self._newest, self._newest_at_s = f"{verb} {violation[2]}", self._time_s()
        if self._logged_at_s is None or self._newest_at_s - self._logged_at_s >= _LOG_INTERVAL_S:
            self._logged_at_s = self._newest_at_s
            _log.error("nats_permission_denied", problem=self.problem(), violations=self.count)
        return True

    def problem(self) -> str | None:
        """One sentence if something was refused within the last five minutes, and NATS was not restarted since. None
        otherwise."""
        if self._newest_at_s is None or self._time_s() - self._newest_at_s > _RECENT_S:
            return None
        return (
            f"NATS does not permit this user to {self._newest}; give its server the users that docs/access.md describes, and "
            "restart it"
        )

    def forget(self) -> None:
        """The server is a new one: it may have other permissions."""
        self._newest_at_s = None


class Watched(Protocol):
    """The connection that is watched."""

    violations: PermissionViolations

    @property
    def is_connected(self) -> bool: ...

    @property
    def is_closed(self) -> bool: ...


class ConnectionLog:
    """Logs what happens to a connection: refusals by the server's permissions, which a requester only sees as a timeout, and
    that the server is down, once and not for each of the many attempts to reach it."""

    def __init__(self, connection: Watched) -> None:
        self._connection = connection
        self._last_error = ""

    async def failed(self, error: Exception) -> None:
        text = str(error)
        if self._connection.violations.note(text):
            return
        if self._connection.is_connected or text != self._last_error:
            is_expected = isinstance(error, nats.errors.Error | OSError)
            _log.warning("nats_error", error=text, exc_info=None if is_expected else error)
        self._last_error = text

    async def disconnected(self) -> None:
        if not self._connection.is_closed:
            _log.warning("nats_disconnected")

    async def reconnected(self) -> None:
        self._last_error = ""
        self._connection.violations.forget()
        _log.info("nats_reconnected")


class NoLog:
    """For whoever is told by an error of their own that the server is down. `refusal` is what the server said when it refused
    the user or something that the user did; empty if it refused nothing."""

    def __init__(self) -> None:
        self.refusal = ""

    async def failed(self, error: Exception) -> None:
        """Log nothing."""
        if "violation" in str(error).lower():
            self.refusal = str(error)

    async def disconnected(self) -> None:
        """Log nothing."""

    async def reconnected(self) -> None:
        """Log nothing."""
