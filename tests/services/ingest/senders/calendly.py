"""Calendly."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source, unix_s


def _sign(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    signature = hex_hmac(secret, f"{unix_s(at)}.".encode() + body)
    return RawWebhook(headers={"calendly-webhook-signature": f"t={unix_s(at)},v1={signature}"}, body=body)


SENDERS: Final = (Sender(name="calendly", source=make_source("calendly"), sign=_sign),)
