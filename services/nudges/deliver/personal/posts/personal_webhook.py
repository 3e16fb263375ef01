"""A webhook of one person's own, signed as https://www.standardwebhooks.com specifies.

Each address has a key of its own, which is derived from the installation's secret: whoever has the key of one address cannot
sign for another, and no key is stored.
"""

import base64
import hmac
from collections.abc import Callable, Sequence
from typing import Final

import httpx

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.transport import PersonalMessage, TransportOutcome
from services.nudges.deliver.posting.public_client import Answer, PublicClient, describe_failure
from services.nudges.deliver.posting.signatures import KEY_PREFIX, signature_headers
from services.nudges.deliver.public_addresses import AddressRefused, HostUnresolved, Network
from services.nudges.deliver.retry_after import RETRY_AFTER_STATUSES, parse_retry_after
from shared.clock import Clock
from shared.reach import WEBHOOK
from shared.service.settings import SecretMissing, SettingsRefused

ALLOW_KEY: Final = "channels.personal_webhooks.allow_networks"
_PURPOSE: Final = "personal webhook"


def key_of(address: str, secret: str) -> bytes:
    """The 32 bytes that sign what is posted to an address."""
    return hmac.digest(secret.encode(), f"{_PURPOSE}\n{address}".encode(), "sha256")


class PersonalWebhook:
    """Posts the nudge as JSON, as the signed webhook of the installation does. The secrets are read each time; the first is the
    one whose keys people are given, and the others sign while it replaces them."""

    name = WEBHOOK.name

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        read_secrets: Callable[[], Sequence[str]],
        timeout_s: float,
        allowed: Sequence[Network],
    ) -> None:
        self._client = PublicClient(client, timeout_s=timeout_s, allowed=allowed, allow_key=ALLOW_KEY)
        self._clock = clock
        self._read_secrets = read_secrets
        self._timeout_s = timeout_s

    def secret_for(self, address: str) -> str:
        """What the receiver at an address verifies with: `whsec_` and a key.

        Raises:
            SecretMissing: the installation's secret is not where the configuration says it is.
            SettingsRefused: it could be guessed.
        """
        return KEY_PREFIX + base64.b64encode(key_of(address, self._read_secrets()[0])).decode()

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        """The id is the same in every attempt; the timestamp and the signatures are not.

        Errors leave the address out, since it is the person's own and may hold a token.
        """
        body = message.nudge_json.encode()
        try:
            keys = [key_of(address, secret) for secret in self._read_secrets()]
            headers = signature_headers(_webhook_id(message), body, keys, now=self._clock.now())
            answer = await self._client.post(httpx.URL(address), body, headers)
        except TimeoutError:
            return _of_recipient(f"no answer within {self._timeout_s:g} s")
        except (SecretMissing, SettingsRefused) as refused:
            return TryLater(error=str(refused))
        except AddressRefused:
            return _of_recipient(f"its address is not public; if that is intended, list its network in {ALLOW_KEY}")
        except HostUnresolved:
            return _of_recipient("no address found for its host")
        except httpx.HTTPError as failed:
            return _of_recipient(f"no answer ({describe_failure(failed)})")
        except (httpx.InvalidURL, UnicodeError):
            return GiveUp(error="its address is none; correct it in the roster")
        return self._interpret(answer)

    def _interpret(self, answer: Answer) -> TransportOutcome:
        status = answer.status
        if httpx.codes.is_success(status):
            return Delivered()
        if status == httpx.codes.GONE:
            return GiveUp(error="the receiver is gone (410)")
        if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return GiveUp(error=f"the receiver refused the message ({status})")
        if httpx.codes.is_redirect(status):
            return _of_recipient(f"answered {status}; redirects are not followed: write into the roster where it leads")
        after_s = parse_retry_after(answer.retry_after, now=self._clock.now()) if status in RETRY_AFTER_STATUSES else None
        return _of_recipient(f"answered {status}", after_s=after_s)


def _webhook_id(message: PersonalMessage) -> str:
    """Without a full stop: in what is signed, that ends the id. https://github.com/standard-webhooks/standard-webhooks"""
    return message.message_id.replace(".", "-")


def _of_recipient(error: str, *, after_s: float | None = None) -> TryLater:
    return TryLater(error=error, after_s=after_s, is_of_recipient=True)
