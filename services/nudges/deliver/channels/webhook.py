"""A webhook that the operator configures, signed as https://www.standardwebhooks.com specifies."""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Final

import httpx
from pydantic import Field, field_validator

from services.nudges.deliver.channel import ATTEMPT_TIMEOUT_MAX_S, EVERYTHING, Channel, Delivered, Gone, Outcome, TryLater
from services.nudges.deliver.channel_types import ChannelResources, channel_type
from services.nudges.deliver.public_addresses import AddressRefused, HostUnresolved, Network, resolve
from services.nudges.deliver.retry_after import RETRY_AFTER_STATUSES, parse_retry_after
from shared.clock import Clock
from shared.errors import DaymarkError
from shared.events import Nudge
from shared.service.settings import SecretMissing, SecretReference, Section, read_secret

ALLOW_KEY: Final = "channels.webhook.allow_networks"
_KEY_PREFIX: Final = "whsec_"
_KEY_BYTES_MIN: Final = 24
_KEY_BYTES_MAX: Final = 64
_ANSWER_BYTES_MAX: Final = 4_096
_ADDRESSES_MAX: Final = 3
_DRAIN_S: Final = 0.5
ReadSecrets = Callable[[], Sequence[str]]


class SecretUnusable(DaymarkError):
    """A secret of the webhook channel is not a key. Write `whsec_` and the base64 of 24 to 64 random bytes into
    channels.webhook.secrets; several while one is being replaced."""


class WebhookSection(Section):
    url: str
    secrets: tuple[SecretReference, ...]
    timeout_s: float = Field(gt=0, le=ATTEMPT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(gt=0)
    at_once_max: int = Field(gt=0)
    allow_networks: tuple[IPv4Network | IPv6Network, ...]

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// (or http:// for a receiver on the same machine)")
        return url

    def read_secrets(self) -> list[str]:
        """The secrets as they are now.

        Raises:
            SecretMissing: one is not where the configuration says it is.
        """
        return [read_secret(reference) or "" for reference in self.secrets]


class WebhookKeys(Section):
    webhook: WebhookSection


class WebhookChannel:
    """Any 2xx means delivered, and 410 disables the channel; 429 and 503 can say when to try again; anything else is retried.

    Redirects are not followed. The secrets are read for each message, so one in a file can be replaced without a restart.
    """

    name = "webhook"
    audience = EVERYTHING
    reaches_recipient = True

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        url: str,
        read_secrets: ReadSecrets,
        timeout_s: float,
        give_up_after: timedelta,
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
        self.give_up_after = give_up_after
        self.at_once_max = at_once_max
        decode_keys(read_secrets())

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Post the nudge. The id is the same in every attempt; the timestamp and the signatures are not."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(nudge)
        except TimeoutError:
            return TryLater(error=f"no answer within {self._timeout_s:g} s")
        except (AddressRefused, HostUnresolved, SecretMissing, SecretUnusable) as refused:
            return TryLater(error=str(refused))
        except httpx.HTTPError as failed:
            return TryLater(error=f"no answer ({_describe_failure(failed)})")

    async def _post(self, nudge: Nudge) -> Outcome:
        body = nudge.model_dump_json().encode()
        keys = decode_keys(self._read_secrets())
        headers = {
            "content-type": "application/json",
            "host": self._url.netloc.decode(),
            "user-agent": "Daymark",
            **signature_headers(nudge.id, body, keys, now=self._clock.now()),
        }
        host, port = self._url.host, self._url.port or (443 if self._url.scheme == "https" else 80)
        addresses = await resolve(host, port, allowed=self._allowed, allow_key=ALLOW_KEY)
        last_failure: httpx.ConnectError | None = None
        for address in addresses[:_ADDRESSES_MAX]:
            try:
                return await self._post_to(address, host, body, headers)
            except httpx.ConnectError as failed:  # nothing has been sent yet
                last_failure = failed
        raise last_failure or httpx.ConnectError("no address")

    async def _post_to(self, address: str, host: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post to the address that was checked. The certificate must be that of the name."""
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers=dict(headers),
            extensions={"sni_hostname": host, "timeout": httpx.Timeout(self._timeout_s).as_dict()},
        )
        answer = await self._client.send(request, stream=True, follow_redirects=False)
        outcome = interpret_answer(answer.status_code, answer.headers.get("retry-after"), now=self._clock.now())
        try:
            with contextlib.suppress(httpx.HTTPError, TimeoutError):
                async with asyncio.timeout(_DRAIN_S):
                    await _drain(answer)
        finally:
            await answer.aclose()
        return outcome


async def _drain(answer: httpx.Response) -> None:
    """Read a short body to its end, so that the connection can be reused. Its content is ignored."""
    size_bytes = 0
    async for chunk in answer.aiter_raw(_ANSWER_BYTES_MAX):
        size_bytes += len(chunk)
        if size_bytes >= _ANSWER_BYTES_MAX:
            return


def _describe_failure(failed: BaseException) -> str:
    """The kind of failure, or why a certificate was rejected."""
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate was rejected: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return type(failed).__name__


def signature_headers(message_id: str, body: bytes, keys: Sequence[bytes], *, now: datetime) -> dict[str, str]:
    """The id, the time in whole seconds since 1970, and for each key a signature over these two and the body."""
    timestamp = str(int(now.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def interpret_answer(status: int, retry_after: str | None, *, now: datetime) -> Outcome:
    """What an answer means. `retry_after` is the header: seconds, or an HTTP date."""
    if httpx.codes.is_success(status):
        return Delivered()
    if status == httpx.codes.GONE:
        return Gone(error="the receiver is gone (410)")
    if httpx.codes.is_redirect(status):
        return TryLater(error=f"answered {status}; redirects are not followed: set channels.webhook.url to where it leads")
    after_s = parse_retry_after(retry_after, now=now) if status in RETRY_AFTER_STATUSES else None
    return TryLater(error=f"answered {status}", after_s=after_s)


def decode_keys(secrets: Sequence[str]) -> list[bytes]:
    """The keys of these secrets, in the same order.

    Raises:
        SecretUnusable: there is no secret, or one is not a key.
    """
    try:
        keys = [base64.b64decode(secret.removeprefix(_KEY_PREFIX), validate=True) for secret in secrets]
    except binascii.Error:
        raise SecretUnusable from None
    if not keys or not all(_KEY_BYTES_MIN <= len(key) <= _KEY_BYTES_MAX for key in keys):
        raise SecretUnusable
    return keys


def http_client() -> httpx.AsyncClient:
    """A client that goes only where it is sent: it ignores proxies of the environment and does not follow redirects. It trusts
    the certificate authorities in SSL_CERT_FILE."""
    return httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(), follow_redirects=False)


@channel_type("webhook", keys=WebhookKeys)
@asynccontextmanager
async def open_webhook(settings: WebhookKeys, resources: ChannelResources) -> AsyncIterator[Sequence[Channel]]:
    """One channel if a URL is configured.

    Raises:
        SecretMissing: a secret is not where the configuration says it is.
        SecretUnusable: a secret is not a key.
    """
    section = settings.webhook
    if not section.url:
        yield []
        return
    async with http_client() as client:
        yield [
            WebhookChannel(
                client,
                resources.clock,
                url=section.url,
                read_secrets=section.read_secrets,
                timeout_s=section.timeout_s,
                give_up_after=timedelta(hours=section.give_up_after_h),
                at_once_max=section.at_once_max,
                allowed=section.allow_networks,
            )
        ]
