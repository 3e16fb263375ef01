"""HubSpot, with signature v3."""

import base64
import hmac
from datetime import datetime
from typing import Final

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
