"""Whether a kind of work gets done, as its newest attempts show.

Servers that answer are not enough: a full disk or a locked table stops the work while every server answers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

import asyncpg

from shared.clock import monotonic_s
from shared.transient_errors import TRANSIENT_ERRORS, server_of

_FAILING_S: Final = 3.0
"""A failure that is made good sooner is no problem: servers are restarted."""
_RECENT_S: Final = 30.0
HANGING_S: Final = 15.0


class Progress:
    """The attempts at one kind of work, such as `recording activities`, that a server may refuse. `server` is the one that most
    likely has, where the error does not say."""

    def __init__(
        self, work: str, *, server: str, hanging_s: float = HANGING_S, time_s: Callable[[], float] = monotonic_s
    ) -> None:
        self._work = work
        self._server = server
        self._hanging_s = hanging_s
        self._time_s = time_s
        self._numbers = count()
        self._running: dict[int, float] = {}
        self._failing_since_s: float | None = None
        self._failed_at_s = 0.0
        self._error = ""
        self._cure = ""

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """An attempt. It has failed if a server refused it."""
        number = next(self._numbers)
        self._running[number] = self._time_s()
        try:
            yield
        except TRANSIENT_ERRORS as failed:
            self.fail(failed)
            raise
        else:
            self.succeed()
        finally:
            del self._running[number]

    def succeed(self) -> None:
        """An attempt has succeeded."""
        self._failing_since_s = None

    def fail(self, error: BaseException) -> None:
        """An attempt has failed."""
        self._failed_at_s, self._error = self._time_s(), type(error).__name__
        refused_by = server_of(error) or self._server
        if isinstance(error, asyncpg.LockNotAvailableError):
            self._cure = f"look which transaction of {refused_by} holds a lock for so long"
        else:
            self._cure = f"look at the log and the disk of {refused_by}"
        if self._failing_since_s is None:
            self._failing_since_s = self._failed_at_s

    def problem(self) -> str | None:
        """One sentence if attempts have failed for more than three seconds, or if one has taken too long so far. None if the
        work gets done, and if nothing was attempted within half a minute."""
        now_s = self._time_s()
        taken_s = now_s - min(self._running.values(), default=now_s)
        if taken_s >= self._hanging_s:
            cure = f"look whether {self._server} hangs, is out of disk or holds a lock"
            return f"{self._work} has taken {taken_s:.0f} s so far; {cure}"
        if self._failing_since_s is None or now_s - self._failed_at_s > _RECENT_S:
            return None
        failing_s = now_s - self._failing_since_s
        if failing_s < _FAILING_S:
            return None
        return f"{self._work} has failed for {failing_s:.0f} s, the last time with {self._error}; {self._cure}"
