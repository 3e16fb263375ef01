"""Attio."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={"attio-signature": hex_hmac(secret, body)}, body=body)


SENDERS: Final = (Sender(name="attio", source=make_source("attio"), sign=_sign),)
