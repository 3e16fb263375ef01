"""The senders of any signed JSON that have a page in `docs/`, with the source that their page shows."""

from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from services.ingest.settings import SourceSection
from shared.observation import SourceName
from tests.services.ingest.senders.docs_pages import read_source_section
from tests.services.ingest.senders.sender import ROTATED, SECRET, Sender, hex_hmac, unix_s

_PAGES: Final = ("bottlecrm",)


def _sign(body: bytes, secret: str, source: Source, at: datetime) -> RawWebhook:
    assert source.signature is not None
    signature = hex_hmac(secret, unix_s(at).encode() + b"." + body)
    return RawWebhook(headers={source.signature.header.lower(): f"t={unix_s(at)},v1={signature}"}, body=body)


def _sender(page: str) -> Sender:
    section = SourceSection.model_validate(read_source_section(page))
    source = section.to_source(SourceName(page), secrets=(SECRET.encode(), ROTATED.encode()))
    return Sender(name=page, source=source, sign=_sign)


SENDERS: Final = tuple(_sender(page) for page in _PAGES)
