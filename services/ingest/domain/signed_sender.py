"""A sender that signs with HMAC, as a row of data, and the adapter that follows from it."""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.ingest.domain.adapter import UNAVAILABLE, Adapter, Answer, Document, Item, RetryPolicy
from services.ingest.domain.field_map import identity_by_map, read_by_map, split_by_map
from services.ingest.domain.reading import is_one_of, require_recent
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch, Source, VerifiedWebhook


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """`hex` is what the sender gives of the digest and `signed` what it digests."""

    hex: str
    signed: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """One row. `signature` finds the proof among the headers; `event_in` is where the event's name is, if not in the body.

    `timestamp` finds the signed time, where there is one, and `per_second` is its unit.
    """

    kind: str
    signature: Callable[[RawWebhook], Signature]
    digest: str = "sha256"
    timestamp: Callable[[Mapping[str, str]], str] | None = None
    per_second: int = 1
    event_in: str = ""
    fields: Mapping[str, str]
    kinds: Mapping[str, str]
    outcomes: Mapping[str, str] = field(default_factory=dict)
    retry_policy: RetryPolicy
    unavailable: Answer | None = UNAVAILABLE


def adapter_of(sender: Sender) -> Adapter:
    """The adapter that the row describes."""

    def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
        if sender.timestamp is not None:
            require_recent(sender.timestamp(webhook.headers), source, now=now, per_second=sender.per_second)
        proof = sender.signature(webhook)
        digests = [hmac.new(key, proof.signed, sender.digest).hexdigest().encode() for key in source.secrets]
        if not is_one_of(proof.hex.lower(), digests):
            raise SignatureMismatch(source.name)
        place, _, name = sender.event_in.partition(":")
        event = (webhook.query if place == "query" else webhook.headers).get(name, "")
        return VerifiedWebhook(
            source=source.name, headers={"event": event} if event else {}, body=webhook.body, received_at=now
        )

    def split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
        return split_by_map(webhook, source, {**sender.fields, **source.fields})

    def read(item: Item, source: Source) -> Iterable[Document]:
        return read_by_map(
            item, source, fields={**sender.fields, **source.fields}, kinds=sender.kinds, outcomes=sender.outcomes
        )

    return Adapter(
        kind=sender.kind,
        verify=verify,
        split=split,
        identity=identity_by_map,
        read=read,
        retry_policy=sender.retry_policy,
        unavailable=sender.unavailable,
    )
