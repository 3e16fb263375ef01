"""Salesforce."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={}, query={"key": secret}, body=body)


SENDERS: Final = (Sender(name="salesforce", source=make_source("salesforce", account="00D000000000001AAA"), sign=_sign),)
