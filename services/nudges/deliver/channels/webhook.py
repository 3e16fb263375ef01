"""A webhook that the operator configures, signed as https://www.standardwebhooks.com specifies."""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Final

import httpx
from pydantic import Field, field_validator

from services.nudges.deliver.channel import ATTEMPT_TIMEOUT_MAX_S, EVERYTHING, Channel, Delivered, Gone, Outcome, TryLater
from services.nudges.deliver.channel_types import ChannelResources, channel_type
from services.nudges.deliver.posting.public_client import PublicClient, describe_failure, http_client
from services.nudges.deliver.posting.signatures import decode_key, signature_headers
from services.nudges.deliver.public_addresses import AddressRefused, HostUnresolved, Network
from services.nudges.deliver.retry_after import RETRY_AFTER_STATUSES, parse_retry_after
from shared.clock import Clock
from shared.errors import DaymarkError
from shared.events import Nudge
from shared.service.settings import SecretMissing, SecretReference, Section, read_secret

ALLOW_KEY: Final = "channels.webhook.allow_networks"
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
        self._client = PublicClient(client, timeout_s=timeout_s, allowed=allowed, allow_key=ALLOW_KEY)
        self._clock = clock
        self._url = httpx.URL(url)
        self._read_secrets = read_secrets
        self._timeout_s = timeout_s
        self.destination = hashlib.sha256(url.encode()).digest()
        self.give_up_after = give_up_after
        self.at_once_max = at_once_max
        decode_keys(read_secrets())

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Post the nudge. The id is the same in every attempt; the timestamp and the signatures are not."""
        body = nudge.model_dump_json().encode()
        try:
            headers = signature_headers(nudge.id, body, decode_keys(self._read_secrets()), now=self._clock.now())
            answer = await self._client.post(self._url, body, headers)
        except TimeoutError:
            return TryLater(error=f"no answer within {self._timeout_s:g} s")
        except (AddressRefused, HostUnresolved, SecretMissing, SecretUnusable) as refused:
            return TryLater(error=str(refused))
        except httpx.HTTPError as failed:
            return TryLater(error=f"no answer ({describe_failure(failed)})")
        return interpret_answer(answer.status, answer.retry_after, now=self._clock.now())


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
    keys = [key for secret in secrets if (key := decode_key(secret)) is not None]
    if not keys or len(keys) < len(secrets):
        raise SecretUnusable
    return keys


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
