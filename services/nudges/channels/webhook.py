"""A webhook of the operator's choice, signed as https://www.standardwebhooks.com has it."""

import asyncio
import base64
import binascii
import hmac
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from services.nudges.channels.channel import Delivered, GiveUp, Outcome, TryLater
from shared.clock import Clock
from shared.errors import DaymarkError
from shared.events import Nudge

_PREFIX: Final = "whsec_"


class SecretUnusable(DaymarkError):
    """The secret of the webhook channel is no key. Write `whsec_` and the base64 of 24 to 64 random bytes."""


class WebhookChannel:
    """Any 2xx is a yes, 410 ends it for good, all else is tried again. Redirects are not followed."""

    name = "webhook"

    def __init__(
        self, client: httpx.AsyncClient, clock: Clock, *, url: str, secret: str, timeout_s: float, attempts_max: int
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = url
        self._key = _key_of(secret)
        self._timeout_s = timeout_s
        self.attempts_max = attempts_max

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Post the nudge. The id is the same at every attempt, the time and the signature are not."""
        now = self._clock.now()
        body = nudge.model_dump_json().encode()
        timestamp = str(int(now.timestamp()))
        signed = f"{nudge.id}.{timestamp}.".encode() + body
        signature = base64.b64encode(hmac.digest(self._key, signed, "sha256")).decode()
        headers = {
            "content-type": "application/json",
            "webhook-id": nudge.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }
        try:
            async with asyncio.timeout(self._timeout_s):
                async with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                    return outcome_of(answer.status_code, answer.headers.get("retry-after"), now=now)
        except TimeoutError:
            return TryLater(error=f"no answer within {self._timeout_s:g} s")
        except httpx.HTTPError as failed:
            return TryLater(error=type(failed).__name__)


def outcome_of(status: int, retry_after: str | None, *, now: datetime) -> Outcome:
    """What an answer means. `retry_after` is the header: seconds, or an HTTP date."""
    if httpx.codes.is_success(status):
        return Delivered()
    if status == httpx.codes.GONE:
        return GiveUp(error="the receiver is gone (410)")
    return TryLater(error=f"answered {status}", after_s=_seconds(retry_after, now=now))


def _seconds(retry_after: str | None, *, now: datetime) -> float | None:
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError):
        return None


def _key_of(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise SecretUnusable from None
