"""monday.com: the webhooks of an integration app, and a webhook that was added to a board by hand."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.ingest.domain.webhook import RawWebhook, Source
from shared.observation import SourceName
from tests.services.ingest.senders.sender import Sender, make_source

PUBLIC_URL: Final = "https://hooks.example.com/webhooks/monday"
LIFETIME_S: Final = 300
KINDS: Final = {"4101": "deal_stage_changed", "4102": "call", "Won": "deal_won", "Lost": "deal_lost"}


def make_token(secret: str, claims: object, *, algorithm: str = "HS256") -> str:
    """A JSON Web Token."""
    header = {"alg": algorithm, "typ": "JWT"}
    signed = b".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    signature = _encode(hmac.digest(secret.encode("utf-8", "surrogateescape"), signed, "sha256"))
    return b".".join((signed, signature)).decode()


def _encode(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def _sign(body: bytes, secret: str, source: Source, at: datetime) -> RawWebhook:
    issued_s = int(at.timestamp())
    claims = {"accountId": 1, "userId": 7, "aud": source.public_url, "iat": issued_s, "exp": issued_s + LIFETIME_S}
    return RawWebhook(headers={"authorization": make_token(secret, claims)}, body=body)


def _put_secret_into_url(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={}, query={"key": secret}, body=body)


SENDERS: Final = (
    Sender(name="monday", source=make_source("monday", kinds=KINDS, public_url=PUBLIC_URL), sign=_sign),
    Sender(
        name="monday-board",
        source=replace(make_source("monday", kinds=KINDS), name=SourceName("monday-board")),
        sign=_put_secret_into_url,
    ),
)
