"""A sender that signs with HMAC, described by data, and the adapter that follows from it."""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.ingest.domain.adapter import (
    UNAVAILABLE,
    Adapter,
    Authentication,
    Document,
    HttpResponse,
    Item,
    RetryPolicy,
)
from services.ingest.domain.field_map import CALL_OUTCOMES, identify_by_map, read_by_map, split_by_map
from services.ingest.domain.reading import require_any_of, require_recent
from services.ingest.domain.webhook import RawWebhook, Source, VerifiedWebhook


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """What the sender signed, and the hex digest that it sent."""

    hex_digest: str
    signed: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedSender:
    """What distinguishes one signing sender from another.

    `signature` finds the signature in a request. `timestamp` finds the signed Unix time in the headers, if there is one;
    `units_per_s` is 1000 if it counts milliseconds. `event_in` is where the name of the event travels if it is not in the
    body: `header:NAME` or `query:NAME`. `fields`, `kinds`, `outcomes`, `call_outcomes` and `results_by_stage` are the field map
    and its tables, as in `read_by_map`; those of a source take precedence.
    """

    kind: str
    title: str
    page: str
    authentication: Authentication
    signature: Callable[[RawWebhook], Signature]
    digest: str = "sha256"
    timestamp: Callable[[Mapping[str, str]], str] | None = None
    units_per_s: int = 1
    event_in: str = ""
    fields: Mapping[str, str]
    kinds: Mapping[str, str]
    outcomes: Mapping[str, str] = field(default_factory=dict)
    call_outcomes: Mapping[str, str] = field(default_factory=lambda: CALL_OUTCOMES)
    results_by_stage: Mapping[str, str] = field(default_factory=dict)
    retry_policy: RetryPolicy
    unavailable: HttpResponse | None = UNAVAILABLE


def sign_body(header: str) -> Callable[[RawWebhook], Signature]:
    """For senders that sign the body alone and put the hex digest into this header."""
    return lambda webhook: Signature(hex_digest=webhook.headers.get(header, ""), signed=webhook.body)


def make_adapter(sender: SignedSender) -> Adapter:
    """The adapter that the description stands for."""

    def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
        if sender.timestamp is not None:
            require_recent(sender.timestamp(webhook.headers), source, now=now, units_per_s=sender.units_per_s)
        signature = sender.signature(webhook)
        digests = [hmac.new(key, signature.signed, sender.digest).hexdigest().encode() for key in source.secrets]
        require_any_of(signature.hex_digest.lower(), digests, source)
        place, _, name = sender.event_in.partition(":")
        event = (webhook.query if place == "query" else webhook.headers).get(name, "")
        return VerifiedWebhook(
            source=source.name, headers={"event": event} if event else {}, body=webhook.body, received_at=now
        )

    def split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
        return split_by_map(webhook, source, {**sender.fields, **source.fields})

    def read(item: Item, source: Source) -> Iterable[Document]:
        fields = {**sender.fields, **source.fields}
        return read_by_map(
            item,
            source,
            fields=fields,
            kinds=sender.kinds,
            outcomes=sender.outcomes,
            call_outcomes=sender.call_outcomes,
            results_by_stage=sender.results_by_stage,
        )

    return Adapter(
        kind=sender.kind,
        title=sender.title,
        page=sender.page,
        authentication=sender.authentication,
        verify=verify,
        split=split,
        identify=identify_by_map,
        read=read,
        retry_policy=sender.retry_policy,
        unavailable=sender.unavailable,
    )
