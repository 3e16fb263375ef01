"""CloudEvents 1.0 over HTTP, with our observations as data: binary, structured and batch mode.

CloudEvents leave it to the carrier to say who is speaking; here it is a bearer token, as
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md has it.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from services.ingest.domain.observations import read_items, read_json
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Refused, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import Observation

_SCHEME: Final = "bearer "
_BATCH: Final = "application/cloudevents-batch+json"
_STRUCTURED: Final = "application/cloudevents+json"
_REQUIRED: Final = ("specversion", "id", "source", "type")
_VERSION: Final = "1.0"
_KEPT_HEADERS: Final = ("content-type", *(f"ce-{name}" for name in _REQUIRED), "ce-time", "ce-subject")


class CloudEvents:
    """The adapter for sources of kind `cloudevents`."""

    kind = "cloudevents"

    def verify(self, webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
        given = webhook.headers.get("authorization", "")
        token = given[len(_SCHEME) :].strip().encode("utf-8", "surrogateescape")
        if not given.lower().startswith(_SCHEME) or not any(hmac.compare_digest(token, one) for one in source.secrets):
            raise SignatureMismatch(source.name)
        kept = {name: webhook.headers[name] for name in _KEPT_HEADERS if name in webhook.headers}
        return VerifiedWebhook(source=source.name, headers=kept, body=webhook.body)

    def translate(self, webhook: VerifiedWebhook, source: Source) -> Sequence[Observation | Refused]:
        media_type = webhook.headers.get("content-type", "").partition(";")[0].strip().lower()
        content = read_json(webhook.body)
        if media_type == _BATCH:
            if not isinstance(content, list):
                raise BodyUnreadable("a batch must be a JSON array")
            return _read_events(content, source)
        if media_type == _STRUCTURED:
            return _read_events([content], source)
        event = {name: webhook.headers[f"ce-{name}"] for name in _REQUIRED if f"ce-{name}" in webhook.headers}
        return _read_events([{**event, "data": content}], source)


def _read_events(events: Sequence[object], source: Source) -> list[Observation | Refused]:
    """The data of each event; an event that lacks what CloudEvents require is refused, its neighbours are read."""
    read = read_items([_data_of(event) for event in events], account=source.account)
    return [
        Refused(item=number, problem="not a CloudEvents 1.0 event with data") if _data_of(event) is None else one
        for number, (event, one) in enumerate(zip(events, read, strict=True))
    ]


def _data_of(event: object) -> object:
    if not isinstance(event, Mapping) or event.get("specversion") != _VERSION:
        return None
    if not all(isinstance(event.get(name), str) and event[name] for name in _REQUIRED):
        return None
    return event.get("data")
