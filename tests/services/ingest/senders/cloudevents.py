"""A sender of CloudEvents in batch mode."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/cloudevents-batch+json"}
    return RawWebhook(headers=headers, body=body)


SENDERS: Final = (Sender(name="cloudevents", source=make_source("cloudevents"), sign=_sign),)
