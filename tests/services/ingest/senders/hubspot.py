"""HubSpot, with signature v3."""

import base64
import hmac
from datetime import datetime
from typing import Any, Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, make_source, unix_s

PUBLIC_URL: Final = "https://hooks.example.com/webhooks/hubspot"


def _sign(body: bytes, secret: str, source: Source, at: datetime) -> RawWebhook:
    timestamp = f"{unix_s(at)}000"
    signed = b"POST" + source.public_url.encode() + body + timestamp.encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp}
    return RawWebhook(headers=headers, body=body)


SENDERS: Final = (Sender(name="hubspot", source=make_source("hubspot", public_url=PUBLIC_URL), sign=_sign),)


def make_event(
    object_type: str | None = "0-48", name: str | None = None, value: Any = None, *, ms: object = 1760000000123, **changes: Any
) -> dict[str, Any]:
    """A creation, or the change of a property if one is named. `ms` is when it happened."""
    event = {
        "eventId": 1,
        "portalId": 62515,
        "occurredAt": ms,
        "subscriptionType": "object.propertyChange" if name else "object.creation",
        "attemptNumber": 0,
        "objectId": 70001,
        "objectTypeId": object_type,
        "sourceId": "userId:1",
    }
    return event | ({"propertyName": name, "propertyValue": value} if name else {}) | changes
