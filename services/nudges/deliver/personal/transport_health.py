"""Which transports can be used now: their servers may have asked to wait, or may not work."""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from services.nudges.deliver.channel import LEASE_S, TryLater
from services.nudges.deliver.personal.transport import TransportOutcome
from services.nudges.deliver.retry_policy import RETRY_POLICY, RetryPolicy
from shared.clock import monotonic_s

_ASKED_TO_WAIT: Final = "its server has asked to wait"
_DOES_NOT_WORK: Final = "its server has not worked lately"


@dataclass(frozen=True, kw_only=True, slots=True)
class FailingServer:
    """A server that has failed `failures` times in a row, for `failing_s` seconds, while that of another transport works."""

    transport: str
    failures: int
    failing_s: float
    last_error: str


@dataclass(slots=True)
class _Server:
    """`failures` are in a row, since `failing_since_s`. Nothing is sent before `asked_until_s`, because the server asked for
    that, and before `paused_until_s`, because it has failed several times. Times are readings of the monotonic clock."""

    failures: int = 0
    failing_since_s: float = 0.0
    asked_until_s: float = 0.0
    paused_until_s: float = 0.0
    last_error: str = ""


class TransportHealth:
    """What this process knows of the server of each transport.

    A server that fails several times in a row is tried with one message at a time, less and less often, as a channel is. While
    all of them fail there is nothing to choose from: then the channel as a whole fails, and is paused itself. `jitter` is
    uniform between 0 and 1.
    """

    def __init__(
        self, transports: Collection[str], *, policy: RetryPolicy = RETRY_POLICY, jitter: Callable[[], float] = random.random
    ) -> None:
        self._servers = {transport: _Server() for transport in transports}
        self._policy = policy
        self._jitter = jitter

    @property
    def is_any_working(self) -> bool:
        """Whether a server is left that has not failed at the last attempt."""
        return any(not server.failures for server in self._servers.values())

    def admit(self, transport: str) -> TryLater | None:
        """None if a message can be tried now, which must be followed by `note`; otherwise when that makes sense again."""
        server, now_s = self._servers[transport], monotonic_s()
        if server.asked_until_s > now_s:
            return TryLater(error=_ASKED_TO_WAIT, after_s=server.asked_until_s - now_s, is_of_recipient=True)
        if self._policy.is_failing(server.failures) and self.is_any_working:
            if server.paused_until_s > now_s:
                return TryLater(error=_DOES_NOT_WORK, after_s=server.paused_until_s - now_s, is_of_recipient=True)
            server.paused_until_s = now_s + LEASE_S
        return None

    def note(self, transport: str, outcome: TransportOutcome) -> None:
        """What became of a message. A refusal of its recipient shows that the server works."""
        server, now_s = self._servers[transport], monotonic_s()
        if not isinstance(outcome, TryLater) or outcome.is_of_recipient:
            server.failures, server.paused_until_s = 0, 0.0
        elif outcome.after_s is not None:
            server.asked_until_s = now_s + min(outcome.after_s, self._policy.retry_after_max_s)
        else:
            server.failing_since_s = server.failing_since_s if server.failures else now_s
            server.failures, server.last_error = server.failures + 1, outcome.error
            if (pause_s := self._policy.pause_s(server.failures, jitter=self._jitter())) is not None:
                server.paused_until_s = now_s + pause_s

    def failing_servers(self) -> tuple[FailingServer, ...]:
        """Those that have failed at the last attempt. While all of them fail there are none: then the channel itself fails."""
        if not self.is_any_working:
            return ()
        now_s = monotonic_s()
        return tuple(
            FailingServer(
                transport=transport,
                failures=server.failures,
                failing_s=now_s - server.failing_since_s,
                last_error=server.last_error,
            )
            for transport, server in self._servers.items()
            if server.failures
        )
