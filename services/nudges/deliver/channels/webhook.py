"""A webhook of the operator's choice, signed as https://www.standardwebhooks.com has it."""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import httpx

from services.nudges.deliver.channels.channel import EVERYTHING, Delivered, Gone, Outcome, TryLater
from services.nudges.deliver.channels.retry_after import ASKS_TO_WAIT, seconds_of
from services.nudges.deliver.channels.way_out import Network, Refused, Unresolved, resolve
from shared.clock import Clock
from shared.errors import DaymarkError
from shared.events import Nudge
from shared.service.settings import SecretMissing

ALLOW_KEY: Final = "channels.webhook.allow_networks"
_PREFIX: Final = "whsec_"
_KEY_BYTES_LEAST: Final = 24
_KEY_BYTES_MOST: Final = 64
_ANSWER_BYTES_MAX: Final = 4_096
_ADDRESSES_MAX: Final = 3
_DRAIN_S: Final = 0.5
ReadSecrets = Callable[[], Sequence[str]]


class SecretUnusable(DaymarkError):
    """A secret of the webhook channel is no key. Write `whsec_` and the base64 of 24 to 64 random bytes into
    channels.webhook.secrets; several while one is being replaced."""


class WebhookChannel:
    """Any 2xx is a yes and 410 ends it for good; 429 and 503 say when to come again; all else is tried again.

    Redirects are not followed. The secrets are read for each message, so that one in a file is replaced without a restart.
    """

    name = "webhook"
    audience = EVERYTHING

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        url: str,
        read_secrets: ReadSecrets,
        timeout_s: float,
        patience: timedelta,
        at_once_max: int,
        allowed: Sequence[Network],
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = httpx.URL(url)
        self._read_secrets = read_secrets
        self._timeout_s = timeout_s
        self._allowed = allowed
        self.destination = hashlib.sha256(url.encode()).digest()
        self.patience = patience
        self.at_once_max = at_once_max
        keys_of(read_secrets())

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Post the nudge. The id is the same at every attempt, the time and the signatures are not."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(nudge)
        except TimeoutError:
            return TryLater(error=f"no answer within {self._timeout_s:g} s")
        except (Refused, Unresolved, SecretMissing, SecretUnusable) as refused:
            return TryLater(error=str(refused))
        except httpx.HTTPError as failed:
            return TryLater(error=f"no answer ({_reason_of(failed)})")

    async def _post(self, nudge: Nudge) -> Outcome:
        body = nudge.model_dump_json().encode()
        keys = keys_of(self._read_secrets())
        headers = {
            "content-type": "application/json",
            "host": self._url.netloc.decode(),
            "user-agent": "Daymark",
            **signed_headers(nudge.id, body, keys, now=self._clock.now()),
        }
        host, port = self._url.host, self._url.port or (443 if self._url.scheme == "https" else 80)
        addresses = await resolve(host, port, allowed=self._allowed, allow_key=ALLOW_KEY)
        refused: httpx.ConnectError | None = None
        for address in addresses[:_ADDRESSES_MAX]:
            try:
                return await self._post_to(address, host, body, headers)
            except httpx.ConnectError as failed:  # nothing was sent yet
                refused = failed
        raise refused or httpx.ConnectError("no address")

    async def _post_to(self, address: str, host: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """To the address that was looked at; the certificate must be that of the name."""
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers=headers,
            extensions={"sni_hostname": host, "timeout": httpx.Timeout(self._timeout_s).as_dict()},
        )
        answer = await self._client.send(request, stream=True, follow_redirects=False)
        outcome = outcome_of(answer.status_code, answer.headers.get("retry-after"), now=self._clock.now())
        try:
            with contextlib.suppress(httpx.HTTPError, TimeoutError):
                async with asyncio.timeout(_DRAIN_S):
                    await _drain(answer)
        finally:
            await answer.aclose()
        return outcome


async def _drain(answer: httpx.Response) -> None:
    """Read a short body to its end, so that the connection can be used again. Nothing in it is looked at, nor kept."""
    size_bytes = 0
    async for chunk in answer.aiter_raw(_ANSWER_BYTES_MAX):
        size_bytes += len(chunk)
        if size_bytes >= _ANSWER_BYTES_MAX:
            return


def _reason_of(failed: BaseException) -> str:
    """The kind of failure; of a certificate that is refused, why."""
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is refused: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return type(failed).__name__


def signed_headers(message_id: str, body: bytes, keys: Sequence[bytes], *, now: datetime) -> dict[str, str]:
    """The id, the time in whole seconds since the epoch, and a signature by each key over both and the body."""
    timestamp = str(int(now.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def outcome_of(status: int, retry_after: str | None, *, now: datetime) -> Outcome:
    """What an answer means. `retry_after` is the header: seconds, or an HTTP date."""
    if httpx.codes.is_success(status):
        return Delivered()
    if status == httpx.codes.GONE:
        return Gone(error="the receiver is gone (410)")
    if httpx.codes.is_redirect(status):
        return TryLater(error=f"answered {status}; redirects are not followed: set channels.webhook.url to where it leads")
    return TryLater(error=f"answered {status}", after_s=seconds_of(retry_after, now=now) if status in ASKS_TO_WAIT else None)


def keys_of(secrets: Sequence[str]) -> list[bytes]:
    """The keys that secrets stand for, in their order.

    Raises:
        SecretUnusable: there is none, or one is no key.
    """
    try:
        keys = [base64.b64decode(secret.removeprefix(_PREFIX), validate=True) for secret in secrets]
    except binascii.Error:
        raise SecretUnusable from None
    if not keys or not all(_KEY_BYTES_LEAST <= len(key) <= _KEY_BYTES_MOST for key in keys):
        raise SecretUnusable
    return keys
