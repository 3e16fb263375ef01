"""CloudEvents 1.0 over HTTP with our observations as data: in binary, structured and batch mode.

CloudEvents leave authentication to the transport. Here it is a bearer token, in the header or the query, as in
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from services.ingest.domain.adapter import Adapter, Authentication, Document, Item, RetryPolicy
from services.ingest.domain.origin_handshake import respond_to_origin_handshake
from services.ingest.domain.reading import read_json, require_any_of
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import ObservationRefused

_SCHEME: Final = "bearer "
_BATCH: Final = "application/cloudevents-batch"
_STRUCTURED: Final = "application/cloudevents"
_REQUIRED: Final = ("specversion", "id", "source", "type")
_VERSION: Final = "1.0"
_STORED_HEADERS: Final = ("content-type", *(f"ce-{name}" for name in _REQUIRED), "ce-time", "ce-subject")


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Check the token, which must be in one place only.

    Raises:
        SignatureMismatch: it is not one of the source's, or it was sent twice.
    """
    authorization, in_query = webhook.headers.get("authorization", ""), webhook.query.get("access_token", "")
    in_header = authorization[len(_SCHEME) :].strip() if authorization.lower().startswith(_SCHEME) else ""
    if authorization and in_query:
        raise SignatureMismatch(source.name)
    require_any_of(in_header or in_query, source.secrets, source)
    headers = {name: webhook.headers[name] for name in _STORED_HEADERS if name in webhook.headers}
    return VerifiedWebhook(source=source.name, headers=headers, body=webhook.body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    media_type = webhook.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = read_json(webhook.body, source.limits)
    if media_type.startswith(_BATCH):  # checked first, because a batch's media type begins with that of a single event
        if not isinstance(content, list):
            raise BodyUnreadable("a batch must be a JSON array")
        return content
    if media_type.startswith(_STRUCTURED):
        return [content]
    attributes = {name: webhook.headers[f"ce-{name}"] for name in _REQUIRED if f"ce-{name}" in webhook.headers}
    return [{**attributes, "data": content}]


def _identify(event: Item) -> tuple[object, ...]:
    return event.get("source"), event.get("id")


def _read(event: Item, source: Source) -> Iterable[Document]:
    is_complete = all(isinstance(event.get(name), str) and event[name] for name in _REQUIRED)
    data = event.get("data")
    if not is_complete or event["specversion"] != _VERSION or not isinstance(data, Mapping):
        raise ObservationRefused("event", "not a CloudEvents 1.0 event with data")
    return [{"account": source.account, **data}]


ADAPTER: Final = Adapter(
    kind="cloudevents",
    title="CloudEvents",
    page="cloudevents",
    authentication=Authentication(method="bearer token"),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(),
    respond_to_handshake=respond_to_origin_handshake,
    ways_to_send={
        "actor": "let the sender state the fact `actor`",
        "start": "let the sender state the fact `started_at` or `started_on`",
        "duration": "let the sender state the fact `duration_s`",
    },
)
