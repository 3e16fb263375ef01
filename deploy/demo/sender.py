"""Posts webhooks as a CRM does: signed, over a few kept connections, again until they are taken."""

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
_AGAIN_S: Final = 0.25
_RETRIED: Final = frozenset({408, 429, 500, 502, 503, 504})
_STRUCTURED_EVERY: Final = 3


class DoorClosed(DaymarkError):
    """The door did not take a webhook in a minute of trying. Look at ingest's /readyz and its log."""


class Sender:
    """One CRM per source. `secrets` are by source; answers are counted by status."""

    def __init__(self, client: httpx.AsyncClient, *, ingest_url: str, secrets: Mapping[str, str]) -> None:
        self._client = client
        self._url = ingest_url.rstrip("/")
        self._secrets = secrets
        self.answers: Counter[int] = Counter()

    async def post_all(self, records: Sequence[Record], *, now: datetime) -> None:
        """Post at once what is pushed at one time; return when each has its final answer."""
        await asyncio.gather(*[self._post(record, now=now) for record in records])

    async def _post(self, record: Record, *, now: datetime) -> None:
        headers, body = request_of(record, secret=self._secrets[record.source], now=now)
        for _ in range(_ATTEMPTS_MAX):
            try:
                answer = await self._client.post(f"{self._url}/webhooks/{record.source}", headers=headers, content=body)
            except httpx.TransportError:
                await asyncio.sleep(_AGAIN_S)
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code not in _RETRIED:
                return
            await asyncio.sleep(_AGAIN_S)
        raise DoorClosed(record.source)


def request_of(record: Record, *, secret: str, now: datetime) -> tuple[dict[str, str], bytes]:
    """The headers and body of one webhook: Standard Webhooks for `acme`, CloudEvents for `globex`."""
    body = record.body if isinstance(record.body, bytes) else json.dumps(record.body).encode()
    if record.source == "acme":
        return _standard(body, record, secret, now=now), body
    return _cloudevent(body, record, secret)


def _standard(body: bytes, record: Record, secret: str, *, now: datetime) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_")) if record.signed else b"somebody else's key"
    message_id, timestamp = f"msg_{record.number}", str(int(now.timestamp()))
    signature = base64.b64encode(hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def _cloudevent(body: bytes, record: Record, secret: str) -> tuple[dict[str, str], bytes]:
    """Binary mode, and every third one structured."""
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
