"""What every channel promises: at least once, with the nudge's id as its idempotency key."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from shared.events import Nudge, NudgeKind

LEASE_S: Final = 30.0
"""How long an attempt may take before another process takes it for dead. Every channel gives up earlier, in time to record
it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Which nudges a channel is given: those of these teams, by id, and of these kinds; empty: all."""

    teams: tuple[str, ...] = ()
    kinds: tuple[NudgeKind, ...] = ()


EVERYTHING: Final = Audience()


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """The channel said yes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TryLater:
    """It may work later; `after_s` seconds if the receiver asked for that."""

    error: str
    after_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveUp:
    """It will not work, however often it is tried."""

    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """The receiver wants nothing more, ever: the channel is to be disabled."""

    error: str


Outcome = Delivered | TryLater | GiveUp | Gone


class Channel(Protocol):
    """One way to people. `attempts` is 1 the first time; an attempt after it must not repeat what got through.

    `destination` is a digest of where it leads, `patience` how long a delivery is tried, `at_once_max` how many are sent at a
    time by one process.
    """

    name: str
    destination: bytes
    audience: Audience
    patience: timedelta
    at_once_max: int

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome: ...
