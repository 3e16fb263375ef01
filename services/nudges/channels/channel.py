"""What every channel promises: at least once, with the nudge's id as its idempotency key."""

from dataclasses import dataclass
from typing import Final, Protocol

from shared.events import Nudge

LEASE_S: Final = 30.0
"""How long an attempt may take before another process takes it for dead. Every channel gives up earlier."""


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


Outcome = Delivered | TryLater | GiveUp


class Channel(Protocol):
    """One way to people. `attempts` is 1 the first time; an attempt after it must not repeat what got through."""

    name: str
    attempts_max: int

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome: ...
