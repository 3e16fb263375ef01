"""Zoho CRM, whose payloads contain the secret."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import SECRET, Sender, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={}, body=body.replace(SECRET.encode(), secret.encode()))


SENDERS: Final = (Sender(name="zoho", source=make_source("zoho", account="acme"), sign=_sign),)
