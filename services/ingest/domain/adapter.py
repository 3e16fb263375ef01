"""An adapter: everything that is particular to one kind of sender, as one record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, RefusedItem, Source, VerifiedWebhook
from shared.observation import Observation, ObservationRefused, UnreadableFact, observation_without_unreadable

ITEMS_MAX: Final = 1_000

Item = Mapping[str, Any]
"""One event of a body, in the sender's own format."""

Document = Mapping[str, Any]
"""An observation that is not checked yet, in the format that `observation_from` reads."""


Translated = Observation | RefusedItem | UnreadableFact
"""What comes of an item."""


class Verify(Protocol):
    """Checks on the raw request that the source sent it just now.

    Raises:
        SignatureMismatch: it did not, whatever the reason.
    """

    def __call__(self, webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpResponse:
    """What the door responds."""

    status: int
    media_type: str | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Authentication:
    """What proves that the source sent a webhook. `method` is a phrase for people.

    With `signs_body` no byte of the body can be changed. With `signs_time` the time of sending is signed too; it may differ
    from ours by at most `TOLERANCE_S`.
    """

    method: str
    signs_body: bool = False
    signs_time: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """How long the sender waits for a response and how it retries: what a failure of ours costs.

    `attempts_max` includes the first attempt and `window_s` spans from the first to the last. None: it is not published.
    """

    timeout_s: float | None = None
    attempts_max: int | None = None
    window_s: float | None = None


STORED: Final = HttpResponse(status=200, media_type="application/json", body=b'{"stored":true}')
UNAVAILABLE: Final = HttpResponse(
    status=503, media_type="application/json", body=b'{"error":"cannot store webhooks now; send it again later"}'
)


def accept_any_source(_: Source) -> None:
    """For adapters that need no particular settings."""


def expect_no_handshake(_: RawWebhook) -> None:
    """For senders that start sending without a handshake."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapter:
    """How one kind of sender is authenticated, what its bodies contain, and how it is answered.

    `title` is the sender's name for people, and `docs/<page>.md` says how to set it up. `split` finds the items of a body;
    it raises `BodyUnreadable` if it cannot. `identify` returns what all deliveries of an item share and no two items have in
    common. `read` translates an item: it returns nothing for an item that is no activity and raises `ObservationRefused` for
    one that makes no sense.

    `check_source` returns what is wrong with the settings of a source, or None. `respond_to_handshake` returns the response
    to a request by which the sender only asks whether it may send here, or None for any other request; nobody is
    authenticated by then, so the response may repeat only what the request contains. `stored` and `unavailable` are the
    responses that the sender understands; `unavailable` is None for a sender that takes every response for success: its
    connection is cut instead. `ways_to_send` says for `actor`, `start` and `duration` what to do at the sender, or in the
    settings, if no webhook states it; the page says so for all others.
    """

    kind: str
    title: str
    page: str
    authentication: Authentication
    verify: Verify
    split: Callable[[VerifiedWebhook, Source], Sequence[object]]
    identify: Callable[[Item], tuple[object, ...]]
    read: Callable[[Item, Source], Iterable[Document]]
    retry_policy: RetryPolicy
    check_source: Callable[[Source], str | None] = accept_any_source
    respond_to_handshake: Callable[[RawWebhook], HttpResponse | None] = expect_no_handshake
    stored: HttpResponse = STORED
    unavailable: HttpResponse | None = UNAVAILABLE
    ways_to_send: Mapping[str, str] = field(default_factory=dict)

    def items(self, webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
        """The items of a body, in their order.

        Raises:
            BodyUnreadable: the items cannot be told apart, or there are too many.
        """
        items = self.split(webhook, source)
        if len(items) > ITEMS_MAX:
            raise BodyUnreadable(f"body holds more than {ITEMS_MAX} items")
        return items

    def translate_item(self, index: int, item: object, source: Source) -> list[Translated]:
        """The observations in one item, and the facts that were left out of them; `index` counts from 0. A bad item does not
        affect the other items."""
        if not isinstance(item, Mapping):
            return [RefusedItem(index=index, problem="not a JSON object")]
        translated: list[Translated] = []
        try:
            for document in self.read(item, source):
                observation, unreadable = observation_without_unreadable(document)
                translated += [observation, *unreadable]
        except ObservationRefused as refused:
            return [RefusedItem(index=index, problem=f"{refused.key}: {refused.problem}")]
        return translated
