"""Pipedrive."""

import base64
from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={"authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}, body=body)


SENDERS: Final = (Sender(name="pipedrive", source=make_source("pipedrive", kinds={"site_visit": "meeting"}), sign=_sign),)
