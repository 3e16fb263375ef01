"""Close."""

from datetime import datetime
from typing import Any, Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source, unix_s


def _sign(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    signature = hex_hmac(secret, unix_s(at).encode() + body)
    return RawWebhook(headers={"close-sig-hash": signature, "close-sig-timestamp": unix_s(at)}, body=body)


SENDERS: Final = (Sender(name="close", source=make_source("close"), sign=_sign),)


def make_event(object_type: str, action: str, minute: int, record: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    """What has become of a record; `minute` is when."""
    return {
        "id": f"ev_{minute}",
        "object_type": object_type,
        "object_id": "acti_1",
        "action": action,
        "organization_id": "orga_1",
        "date_created": f"2025-10-09T08:{minute:02}:00.000000",
        "date_updated": f"2025-10-09T08:{minute:02}:00.000000",
        "changed_fields": [],
        "data": record,
    } | changes


def make_body(event: object) -> dict[str, object]:
    """The body of the webhook about it."""
    return {"event": event, "subscription_id": "whsub_1"}
