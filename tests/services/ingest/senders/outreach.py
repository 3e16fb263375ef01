"""Outreach."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={"outreach-webhook-signature": hex_hmac(secret, body)}, body=body)


SENDERS: Final = (Sender(name="outreach", source=make_source("outreach", kinds={"12": "deal_won"}), sign=_sign),)
