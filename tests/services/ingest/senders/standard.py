"""A sender that follows Standard Webhooks."""

import base64
import hmac
from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, make_source, unix_s


def _sign(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    digest = hmac.digest(secret.encode(), f"m1.{unix_s(at)}.".encode() + body, "sha256")
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": unix_s(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    return RawWebhook(headers=headers, body=body)


SENDERS: Final = (Sender(name="standard", source=make_source("standard"), sign=_sign),)
