"""An adapter: everything that is particular to one kind of sender, as one record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Refused, Source, VerifiedWebhook
from shared.observation import Observation, ObservationRefused, observation_from

ITEMS_MAX: Final = 1_000

Item = Mapping[str, Any]
"""One event of a body, as the sender writes it."""

Document = Mapping[str, Any]
"""An observation that is still to be checked, in the form that `observation_from` reads."""


class Verify(Protocol):
    """Makes sure, on the raw bytes, that the source sent this now. Raises `SignatureMismatch` whatever is wrong."""

    def __call__(self, webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the door says: HTTP status, media type, body."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """How long the sender waits for an answer and how it retries: what a failure of ours costs.

    `attempts_max` includes the first attempt and `window_s` spans from the first to the last. None: it is not published.
    """

    timeout_s: float | None = None
    attempts_max: int | None = None
    window_s: float | None = None


STORED: Final = Answer(status=200, media_type="application/json", body=b'{"stored":true}')
UNAVAILABLE: Final = Answer(
    status=503, media_type="application/json", body=b'{"error":"cannot store webhooks now; send it again later"}'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapter:
    """How one kind of sender proves who it is, what its bodies hold, and what it takes for a yes or a not now.

    `split` finds the items of a body and raises `BodyUnreadable` where it cannot. `identity` is what all deliveries of an
    item have in common and no two items share. `read` says what an item means: no documents for what is no activity; it
    raises `ObservationRefused` for what makes no sense. `unavailable` is None for a sender that takes every answer for a
    yes: its connection is dropped.
    """

    kind: str
    verify: Verify
    split: Callable[[VerifiedWebhook, Source], Sequence[object]]
    identity: Callable[[Item], tuple[object, ...]]
    read: Callable[[Item, Source], Iterable[Document]]
    retry_policy: RetryPolicy
    stored: Answer = STORED
    unavailable: Answer | None = UNAVAILABLE

    def items(self, webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
        """The items of a body, in its own order.

        Raises:
            BodyUnreadable: they cannot be told apart, or are more than a body may hold.
        """
        found = self.split(webhook, source)
        if len(found) > ITEMS_MAX:
            raise BodyUnreadable(f"body holds more than {ITEMS_MAX} items")
        return found

    def translate(self, webhook: VerifiedWebhook, source: Source) -> list[Observation | Refused]:
        """What the webhook says, item by item; a bad item never takes its neighbours with it.

        Raises:
            BodyUnreadable: not even the items can be told apart.
        """
        said: list[Observation | Refused] = []
        for number, item in enumerate(self.items(webhook, source)):
            said += self.translate_item(number, item, source)
        return said

    def translate_item(self, number: int, item: object, source: Source) -> list[Observation | Refused]:
        """What one item says; `number` counts from 0."""
        if not isinstance(item, Mapping):
            return [Refused(item=number, problem="not a JSON object")]
        try:
            return [observation_from(document) for document in self.read(item, source)]
        except ObservationRefused as refused:
            return [Refused(item=number, problem=f"{refused.where}: {refused.problem}")]
