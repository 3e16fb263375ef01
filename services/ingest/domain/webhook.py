"""A webhook before and after we know who sent it. Only an adapter's `verify` makes the second from the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from shared.errors import DaymarkError
from shared.observation import Observation

KEPT_PREFIX: Final = "Http-"
"""In front of the sender's own headers where a webhook is stored, so that its `ce-id` is not taken for ours."""

TOLERANCE_S: Final = 300
"""How far a signed time may lie from ours, in seconds, in either direction and included."""


class SignatureMismatch(DaymarkError):
    """The webhook is not signed by this source. Check that both sides have the same secret and the right time."""


class BodyUnreadable(DaymarkError):
    """The body is none that this kind of source sends. It is set aside and can be replayed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A configured sender. `secrets` are the keys that are valid now: several while one is being replaced. `outcomes` adds
    to what the sender's own words mean: its word, our outcome."""

    name: str
    kind: str
    secrets: tuple[bytes, ...] = field(repr=False)
    account: str = ""
    public_url: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RawWebhook:
    """Bytes from a stranger. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedWebhook:
    """Bytes that are known to come from the source, and the few headers that are needed to understand them."""

    source: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """One item of a body that makes no sense; `problem` says where and why, never a value."""

    item: int
    problem: str


class Adapter(Protocol):
    """Everything that is particular to one kind of sender."""

    kind: str

    def verify(self, webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
        """Make sure, on the raw bytes, that the source sent this now.

        Raises:
            SignatureMismatch: whatever is wrong with its proof.
        """

    def translate(self, webhook: VerifiedWebhook, source: Source) -> Sequence[Observation | Refused]:
        """What the webhook says, item by item, in its own order.

        Raises:
            BodyUnreadable: not even the items can be told apart.
        """
