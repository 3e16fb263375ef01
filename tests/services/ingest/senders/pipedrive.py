"""Pipedrive."""

import base64
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from tests.services.ingest.senders.sender import Sender, make_source


def _sign(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={"authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}, body=body)


SENDERS: Final = (Sender(name="pipedrive", source=make_source("pipedrive", kinds={"site_visit": "meeting"}), sign=_sign),)


NO_FIELDS: Final[Mapping[str, object]] = MappingProxyType({})


def make_body(entity: str, record: Mapping[str, object] = NO_FIELDS, *, action: str = "change") -> dict[str, object]:
    """A change of a record in v2."""
    meta = {"entity": entity, "entity_id": "7", "action": action, "company_id": 1, "timestamp": "2026-01-13T09:00:00Z"}
    return {"meta": meta, "data": {"id": 7, **record}, "previous": None}
