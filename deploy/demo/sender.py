"""Posts webhooks as a CRM does: signed, over a few open connections, and again until they are accepted."""

import asyncio
import base64
import hmac
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import httpx

from deploy.demo.crm import Record
from shared.errors import DaymarkError

_ATTEMPTS_MAX: Final = 60
_RETRY_S: Final = 0.25
_RETRIED_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504})
_STRUCTURED_EVERY: Final = 3


class WebhookNotAccepted(DaymarkError):
    """Ingest did not accept a webhook within a minute. Check its /readyz and its log."""


class Sender:
    """Sends for all sources. `secrets` holds one per source; `responses` counts them by HTTP status."""

    def __init__(self, client: httpx.AsyncClient, *, ingest_url: str, secrets: Mapping[str, str]) -> None:
        self._client = client
        self._url = ingest_url.rstrip("/")
        self._secrets = secrets
        self.responses: Counter[int] = Counter()

    async def post_all(self, records: Sequence[Record], *, now: datetime) -> None:
        """Post all at the same time. Return when each has its final response."""
        await asyncio.gather(*[self._post(record, now=now) for record in records])

    async def _post(self, record: Record, *, now: datetime) -> None:
        headers, body = make_request(record, secret=self._secrets[record.source], now=now)
        for _ in range(_ATTEMPTS_MAX):
            try:
                response = await self._client.post(f"{self._url}/webhooks/{record.source}", headers=headers, content=body)
            except httpx.TransportError:
                await asyncio.sleep(_RETRY_S)
                continue
            self.responses[response.status_code] += 1
            if response.status_code not in _RETRIED_STATUSES:
                return
            await asyncio.sleep(_RETRY_S)
        raise WebhookNotAccepted(record.source)


def make_request(record: Record, *, secret: str, now: datetime) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a webhook: Standard Webhooks from `acme`, CloudEvents from `globex`."""
    body = record.body if isinstance(record.body, bytes) else json.dumps(record.body).encode()
    if record.source == "acme":
        return _sign_standard(body, record, secret, now=now), body
    return _make_cloudevent(body, record, secret)


def _sign_standard(body: bytes, record: Record, secret: str, *, now: datetime) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_")) if record.is_signed else b"somebody else's key"
    message_id, timestamp = f"msg_{record.number}", str(int(now.timestamp()))
    signature = base64.b64encode(hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def _make_cloudevent(body: bytes, record: Record, secret: str) -> tuple[dict[str, str], bytes]:
    """In binary mode; every third one in structured mode."""
    headers = {"authorization": f"Bearer {secret}"}
    attributes = {
        "specversion": "1.0",
        "id": f"evt-{record.number}",
        "source": "/globex/crm",
        "type": "com.globex.activity.changed",
        "time": record.at.isoformat(),
    }
    if record.number % _STRUCTURED_EVERY:
        headers |= {f"ce-{name}": value for name, value in attributes.items()} | {"content-type": "application/json"}
        return headers, body
    event = {**attributes, "datacontenttype": "application/json", "data": json.loads(body)}
    return headers | {"content-type": "application/cloudevents+json"}, json.dumps(event).encode()
