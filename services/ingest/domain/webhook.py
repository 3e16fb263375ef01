"""A webhook before and after we know who sent it. Only an adapter's `verify` makes the second from the first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared.errors import DaymarkError

KEPT_PREFIX: Final = "Http-"
"""In front of the sender's own headers where a webhook is stored, so that its `ce-id` is not taken for ours."""

TOLERANCE_S: Final = 300
"""How far a signed time may lie from ours, in seconds, in either direction and included."""


class SignatureMismatch(DaymarkError):
    """The webhook is not signed by this source. Check that both sides have the same secret and the right time."""


class BodyUnreadable(DaymarkError):
    """The body is none that this kind of source sends. It is set aside and can be replayed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much of a body is read: brackets that may stand in each other, and values and names in all."""

    depth_max: int = 64
    values_max: int = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A configured sender.

    `secrets` are the keys that are valid now: several while one is being replaced. `outcomes` and `kinds` add to what the
    sender's own words mean: its word, and our outcome or kind. `secret_in` and `fields` are for senders of any JSON: where
    the secret travels, and the JMESPath expression of each fact. `expires_at` is when the sender will stop by itself.
    """

    name: str
    kind: str
    secrets: tuple[bytes, ...] = field(repr=False)
    account: str = ""
    public_url: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    secret_in: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    limits: Limits = Limits()


@dataclass(frozen=True, kw_only=True, slots=True)
class RawWebhook:
    """Bytes from a stranger. Header names are in lower case; `query` is what stands behind the question mark."""

    method: str = "POST"
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedWebhook:
    """Bytes that are known to come from the source, and the few headers that are needed to understand them.

    `received_at` is when the door took them, for senders that do not tell when something happened.
    """

    source: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """One item of a body that makes no sense; `problem` says where and why, never a value. `reason` is a slug."""

    item: int
    problem: str
    reason: str = "refused_observation"
