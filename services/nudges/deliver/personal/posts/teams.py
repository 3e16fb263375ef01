"""Messages in Microsoft Teams to one person, through a workflow of the installation that posts to the recipient.

The workflow begins with "When a Teams webhook request is received" and answers 202 before it posts the card: that it has taken
the message is all that can be known. https://learn.microsoft.com/connectors/teams/
"""

from collections.abc import Callable, Sequence
from typing import Final

import httpx

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.posts.teams_card import teams_payload
from services.nudges.deliver.personal.transport import PersonalMessage, TransportOutcome
from services.nudges.deliver.posting.public_client import Answer, PublicClient, describe_failure
from services.nudges.deliver.public_addresses import AddressRefused, HostUnresolved, Network
from services.nudges.deliver.retry_after import RETRY_AFTER_STATUSES, parse_retry_after
from shared.clock import Clock
from shared.reach import TEAMS
from shared.service.settings import SecretMissing, SettingsRefused

ALLOW_KEY: Final = "channels.teams.allow_networks"
_OF_THE_ADDRESS: Final = frozenset({401, 403, 404, 405, 410})
"""The signature in the address is wrong or has expired, or the workflow is gone."""


class TeamsTransport:
    """Makes one request for each message. The address is read each time, so one in a file can be replaced."""

    name = TEAMS.name

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        read_url: Callable[[], httpx.URL],
        timeout_s: float,
        allowed: Sequence[Network],
    ) -> None:
        self._client = PublicClient(client, timeout_s=timeout_s, allowed=allowed, allow_key=ALLOW_KEY)
        self._clock = clock
        self._read_url = read_url
        self._timeout_s = timeout_s

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        """Delivered once the workflow has taken the message."""
        body = teams_payload(message, recipient=address)
        try:
            answer = await self._client.post(self._read_url(), body, {})
        except TimeoutError:
            return TryLater(error=f"no answer from the Teams workflow within {self._timeout_s:g} s")
        except (AddressRefused, HostUnresolved, SecretMissing, SettingsRefused) as refused:
            return TryLater(error=str(refused))
        except httpx.HTTPError as failed:
            return TryLater(error=f"no answer from the Teams workflow ({describe_failure(failed)})")
        return self._interpret(answer)

    def _interpret(self, answer: Answer) -> TransportOutcome:
        """The body of an answer is left out: it may repeat the message."""
        status = answer.status
        if httpx.codes.is_success(status):
            return Delivered()
        if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return GiveUp(error=f"Teams refused the message ({status})")
        if status in _OF_THE_ADDRESS or httpx.codes.is_redirect(status):
            return TryLater(error=f"the Teams workflow refused the request ({status}); check channels.teams.url")
        if status == httpx.codes.BAD_REQUEST:
            return TryLater(error=f"the Teams workflow refused the request ({status}); check that it is turned on")
        after_s = parse_retry_after(answer.retry_after, now=self._clock.now()) if status in RETRY_AFTER_STATUSES else None
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return TryLater(error=f"the rate limit of the Teams workflow was reached ({status})", after_s=after_s)
        return TryLater(error=f"the Teams workflow answered {status}", after_s=after_s)
