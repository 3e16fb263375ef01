"""The senders of any JSON that have a page in `docs/`, with the source that their page shows."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from services.ingest.settings import SourceSection
from shared.observation import SourceName
from tests.services.ingest.senders.docs_pages import read_source_section
from tests.services.ingest.senders.sender import ROTATED, SECRET, Sender

_PAGES: Final = ("dataverse", "freshsales", "odoo", "copper", "aircall", "zapier")


def _sign(body: bytes, secret: str, source: Source, _: datetime) -> RawWebhook:
    place, __, name = source.secret_in.partition(":")
    if place == "header":
        return RawWebhook(headers={name.lower(): secret}, body=body)
    if place == "query":
        return RawWebhook(headers={}, query={name: secret}, body=body)
    return RawWebhook(headers={}, body=body.replace(SECRET.encode(), secret.encode()))


def _sender(page: str) -> Sender:
    section = SourceSection.model_validate(read_source_section(page))
    source = section.to_source(SourceName(page), secrets=(SECRET.encode(), ROTATED.encode()))
    return Sender(name=page, source=source, sign=_sign)


SENDERS: Final = tuple(_sender(page) for page in _PAGES)
