"""What every channel promises: delivery at least once, with the nudge's id as the idempotency key."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from shared.events import Nudge, NudgeKind, TeamId

LEASE_S: Final = 30.0
"""How long an attempt can take before another process assumes that its sender has died and takes it over."""
ATTEMPT_TIMEOUT_MAX_S: Final = 20.0
"""The longest that a channel can be configured to wait for an answer: it leaves time to record the outcome within the lease."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Which nudges a channel is given: those of these teams and of these kinds. An empty tuple means all."""

    teams: tuple[TeamId, ...] = ()
    kinds: tuple[NudgeKind, ...] = ()


EVERYTHING: Final = Audience()


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactAttempt:
    """One way to the person that was tried. Without an `error` it worked."""

    transport: str
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """The receiver accepted the nudge. `tried` are the ways to the person, if the channel has several, in their order."""

    tried: tuple[ContactAttempt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TryLater:
    """It may work later; after `after_s` seconds if the receiver asked for that. If it `is_of_recipient`, a receiver failed
    that only this person has: the channel itself works."""

    error: str
    after_s: float | None = None
    is_of_recipient: bool = False
    tried: tuple[ContactAttempt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveUp:
    """This nudge will not be accepted, however often it is tried."""

    error: str
    tried: tuple[ContactAttempt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """The receiver wants nothing more, ever: the channel must be disabled."""

    error: str
    tried: tuple[ContactAttempt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreachable:
    """There is no way to this person; the channel itself works."""

    error: str
    tried: tuple[ContactAttempt, ...] = ()


Outcome = Delivered | TryLater | GiveUp | Gone | Unreachable


class Channel(Protocol):
    """One way to reach people.

    `destination` is a digest of where it leads. `give_up_after` is how long a delivery is tried, from when it was queued.
    `at_once_max` is how many attempts one process makes at the same time. A channel that `reaches_recipient` brings the nudge
    to the person whom it is for, or hands it to a program that does; nobody knows who has seen a room or a manager's inbox.
    """

    name: str
    destination: bytes
    audience: Audience
    give_up_after: timedelta
    at_once_max: int
    reaches_recipient: bool

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Try to deliver. `attempts` is 1 the first time; a later attempt must not repeat what an earlier one got through."""
