"""A webhook before and after its sender is verified. Only the `verify` of an adapter makes the second from the first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared.errors import DaymarkError
from shared.observation import SourceName

SENDER_HEADER_PREFIX: Final = "Http-"
"""Marks the sender's own headers on a stored webhook, so that its `ce-id` is not mistaken for ours."""

TOLERANCE_S: Final = 300
"""The largest accepted difference between a signed time and ours, in seconds, before or after."""


class SignatureMismatch(DaymarkError):
    """The webhook is not signed by this source. Check that both sides have the same secret and the right time."""


class SignatureMissing(SignatureMismatch):
    """The webhook carries no signature and no secret. Check that the sender has one, and that it sends to the right address."""


class SignedTimeOff(SignatureMismatch):
    """The signed time differs too much from ours. Check the clocks on both sides."""


class BodyUnreadable(DaymarkError):
    """The body is not what this kind of source sends. It is stored as a dead letter and can be replayed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The largest body that is read: levels of nested arrays and objects, and values in total."""

    depth_max: int = 64
    values_max: int = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureFormat:
    """How a sender signs with an HMAC.

    `header` holds the signature, after `prefix`. Signed is the body. With a `timestamp` it is the time, `separator` and the
    body: `timestamp` is the name of a header, or, if it ends with `=`, what stands before the time in the same header.
    """

    header: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    timestamp: str = ""
    separator: str = "."
    tolerance_s: int = TOLERANCE_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A configured sender.

    `secrets` are the keys that are valid now: several while one is being replaced. `outcomes` and `kinds` extend the
    adapter's own tables: they map the sender's words to our outcomes and kinds. `secret_in`, `signature` and `fields` are for
    senders of any JSON: where the secret travels or how it signs, and the JMESPath expression of each fact. The sender stops by
    itself at `expires_at`.
    """

    name: SourceName
    kind: str
    secrets: tuple[bytes, ...] = field(repr=False)
    account: str = ""
    public_url: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    secret_in: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    signature: SignatureFormat | None = None
    expires_at: datetime | None = None
    limits: Limits = Limits()


@dataclass(frozen=True, kw_only=True, slots=True)
class RawWebhook:
    """A request that anybody may have sent. Header names are in lower case; `query` holds the parameters of the URL."""

    method: str = "POST"
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedWebhook:
    """A body that is known to come from the source, and the few headers that are needed to understand it.

    `received_at` is when the door received it, for senders that do not say when something happened.
    """

    source: SourceName
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedItem:
    """An item of a body that makes no sense. `index` counts from 0, `problem` says where and why but never quotes a value, and
    `reason` is a slug."""

    index: int
    problem: str
    reason: str = "refused_observation"
