"""Salesloft."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    signature = hex_hmac(secret, body, "sha1")
    return RawWebhook(headers={"x-salesloft-signature": signature, "x-salesloft-event": "task_updated"}, body=body)


SENDERS: Final = (Sender(name="salesloft", source=make_source("salesloft"), sign=_sign),)
