"""Close."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source, unix_s


def _sign(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    signature = hex_hmac(secret, unix_s(at).encode() + body)
    return RawWebhook(headers={"close-sig-hash": signature, "close-sig-timestamp": unix_s(at)}, body=body)


SENDERS: Final = (Sender(name="close", source=make_source("close"), sign=_sign),)
