"""A CRM that posts signed webhooks at a steady rate, whatever the answers are, and repeats those that were not acknowledged."""

import asyncio
import base64
import hmac
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import httpx

from shared.clock import monotonic_s
from tests.faults.harness.ledger import Ledger

SOURCE: Final = "acme"
KEY: Final = bytes(range(24))
_TIMEOUT_S: Final = 10.0
_IN_FLIGHT_MAX: Final = 50
_PAUSE_MIN_S: Final = 1.0
_PAUSE_MAX_S: Final = 16.0


def secret() -> str:
    """The secret of the source, as its sender shows it."""
    return "whsec_" + base64.b64encode(KEY).decode()


async def post(client: httpx.AsyncClient, url: str, message_id: str, *, key: bytes = KEY, body: bytes | None = None) -> int:
    """Post a call of the rep once. Returns the HTTP status; 0 without an answer."""
    now = datetime.now(UTC)
    if body is None:
        facts = {"actor": "7", "started_at": now.isoformat()}
        data = {"activity_id": message_id, "kind": "call", "observed_at": now.isoformat(), "facts": facts}
        body = json.dumps({"type": "activity", "data": data}).encode()
    timestamp = str(int(now.timestamp()))
    signature = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(signature).decode(),
    }
    try:
        return (await client.post(f"{url}/{SOURCE}", content=body, headers=headers)).status_code
    except httpx.HTTPError:
        return 0


class SteadySender:
    """Posts `rate` webhooks per second. The seed decides how long the pauses before repetitions are."""

    def __init__(self, url: str, ledger: Ledger, *, rate: float, seed: int, prefix: str = "w") -> None:
        self._url = url
        self._ledger = ledger
        self._rate = rate
        self._prefix = prefix
        self._random = random.Random(seed)
        self._outstanding: set[asyncio.Task[None]] = set()
        self._number = 0
        self._in_flight = asyncio.Semaphore(_IN_FLIGHT_MAX)  # httpx itself takes long to queue hundreds of requests
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_S, limits=httpx.Limits(max_connections=2 * _IN_FLIGHT_MAX))

    @asynccontextmanager
    async def sending(self, *, last_answers_s: float = 30.0) -> AsyncIterator[None]:
        """Post until the end of the block. Then no new webhook is posted, and the outstanding ones have some time."""
        posting = asyncio.create_task(self._post_steadily())
        try:
            yield
        finally:
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)
            if self._outstanding:
                await asyncio.wait(self._outstanding, timeout=last_answers_s)
            for task in self._outstanding:
                task.cancel()
            await asyncio.gather(*self._outstanding, return_exceptions=True)
            await self._client.aclose()

    async def _post_steadily(self) -> None:
        started_s = monotonic_s()
        while True:
            await asyncio.sleep(max(0.0, started_s + self._number / self._rate - monotonic_s()))
            self._number += 1
            task = asyncio.create_task(self._post_until_acknowledged(f"{self._prefix}-{self._number}"))
            self._outstanding.add(task)
            task.add_done_callback(self._outstanding.discard)

    async def _post_until_acknowledged(self, message_id: str) -> None:
        self._ledger.attempted_s[message_id] = monotonic_s()
        pause_s = _PAUSE_MIN_S
        while True:
            async with self._in_flight:
                status = await post(self._client, self._url, message_id)
            if status == httpx.codes.OK:
                self._ledger.acknowledged_s[message_id] = monotonic_s()
                return
            assert status in (0, 503), f"ingest answered {status} to a valid webhook"
            await asyncio.sleep(pause_s * self._random.uniform(0.5, 1.5))
            pause_s = min(2 * pause_s, _PAUSE_MAX_S)
