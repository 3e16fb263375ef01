"""CloudEvents 1.0 over HTTP, with our observations as data: binary, structured and batch mode.

CloudEvents leave it to the carrier to say who is speaking; here it is a bearer token, in the header or the query, as
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from services.ingest.domain.adapter import Adapter, Document, Item, RetryPolicy
from services.ingest.domain.reading import is_one_of, read_json
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import ObservationRefused

_SCHEME: Final = "bearer "
_BATCH: Final = "application/cloudevents-batch"
_STRUCTURED: Final = "application/cloudevents"
_REQUIRED: Final = ("specversion", "id", "source", "type")
_VERSION: Final = "1.0"
_KEPT_HEADERS: Final = ("content-type", *(f"ce-{name}" for name in _REQUIRED), "ce-time", "ce-subject")


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Raises `SignatureMismatch` unless one of the tokens was sent, and in one place only."""
    header, query = webhook.headers.get("authorization", ""), webhook.query.get("access_token", "")
    in_header = header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""
    if (header and query) or not is_one_of(in_header or query, source.secrets):
        raise SignatureMismatch(source.name)
    kept = {name: webhook.headers[name] for name in _KEPT_HEADERS if name in webhook.headers}
    return VerifiedWebhook(source=source.name, headers=kept, body=webhook.body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    media_type = webhook.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = read_json(webhook.body, source.limits)
    if media_type.startswith(_BATCH):  # before the next: the one begins with the other
        if not isinstance(content, list):
            raise BodyUnreadable("a batch must be a JSON array")
        return content
    if media_type.startswith(_STRUCTURED):
        return [content]
    event = {name: webhook.headers[f"ce-{name}"] for name in _REQUIRED if f"ce-{name}" in webhook.headers}
    return [{**event, "data": content}]


def _identity(event: Item) -> tuple[object, ...]:
    return event.get("source"), event.get("id")


def _read(event: Item, source: Source) -> Iterable[Document]:
    present = all(isinstance(event.get(name), str) and event[name] for name in _REQUIRED)
    data = event.get("data")
    if not present or event["specversion"] != _VERSION or not isinstance(data, Mapping):
        raise ObservationRefused("event", "not a CloudEvents 1.0 event with data")
    return [{"account": source.account, **data}]


CLOUDEVENTS: Final = Adapter(
    kind="cloudevents",
    verify=verify,
    split=_split,
    identity=_identity,
    read=_read,
    retry_policy=RetryPolicy(),
)
