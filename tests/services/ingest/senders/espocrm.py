"""EspoCRM."""

import base64
from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, hex_hmac, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    entity = "Opportunity" if b"6531deal" in body else "Lead" if b"6531lead" in body else "Call"
    event = f"{entity}.create" if b"createdAt" in body else f"{entity}.update"
    signature = base64.b64encode(f"65f0aa:{hex_hmac(secret, body)}".encode()).decode()
    return RawWebhook(headers={"signature": signature}, query={"event": event}, body=body)


SENDERS: Final = (Sender(name="espocrm", source=make_source("espocrm"), sign=_sign),)
