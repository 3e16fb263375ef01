"""Twenty."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source, unix_s


def _sign(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    timestamp = f"{unix_s(at)}000"
    signature = hex_hmac(secret, f"{timestamp}:".encode() + body)
    headers = {"x-twenty-webhook-timestamp": timestamp, "x-twenty-webhook-signature": signature}
    return RawWebhook(headers=headers, body=body)


SENDERS: Final = (Sender(name="twenty", source=make_source("twenty"), sign=_sign),)
