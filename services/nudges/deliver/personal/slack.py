"""Direct messages of a Slack app to one person, through Slack's Web API. https://docs.slack.dev/apis/web-api

Slack promises no idempotency key to apps. It lists errors about a `client_msg_id`, by which its own clients recognise what they
send again, so the message has one; and its metadata names the nudge for whoever wants to recognise it afterwards.
"""

import asyncio
import logging
import math
import ssl
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Final

from pydantic import BaseModel, ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.slack_errors import ACCOUNT_INACTIVE, inactive_account, interpret_error
from services.nudges.deliver.personal.slack_message import slack_message
from services.nudges.deliver.personal.transport import PersonalMessage, TransportOutcome
from services.nudges.deliver.retry_after import RETRY_AFTER_STATUSES, parse_retry_after
from shared.clock import Clock
from shared.reach import SLACK
from shared.service.settings import SecretMissing

_EVENT_TYPE: Final = "daymark_nudge"
_SILENT: Final = logging.getLogger("slack_sdk.daymark")
_SILENT.setLevel(logging.CRITICAL + 1)
"""The library would log requests and answers, which hold messages and names."""


class _Conversation(BaseModel):
    id: str


class _OpenedConversation(BaseModel):
    channel: _Conversation


class SlackTransport:
    """Makes two calls for each message, on threads of its own: the library waits for each answer. The token is read each time,
    so one in a file can be replaced."""

    name = SLACK.name

    def __init__(
        self,
        clock: Clock,
        workers: Executor,
        *,
        base_url: str,
        read_token: Callable[[], str | None],
        timeout_s: float,
        trusted: ssl.SSLContext,
        has_buttons: bool,
    ) -> None:
        self._clock = clock
        self._workers = workers
        self._base_url = base_url
        self._read_token = read_token
        self._timeout_s = timeout_s
        self._trusted = trusted
        self._has_buttons = has_buttons

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        """Delivered once Slack has accepted the message. `timeout_s` is for all calls together."""
        try:
            client = self._client()
            async with asyncio.timeout(self._timeout_s):
                try:
                    await self._post(client, message, address)
                except SlackApiError as refused:
                    return await self._interpret(client, refused)
        except TimeoutError:
            return TryLater(error=f"no answer from Slack within {self._timeout_s:g} s")
        except SecretMissing as missing:
            return TryLater(error=str(missing))
        except Exception as failed:  # noqa: BLE001 - the library raises whatever an answer that is not Slack's provokes
            return TryLater(error=f"no answer from Slack ({_kind_of(failed)})")
        return Delivered()

    def _client(self) -> WebClient:
        """A client that tries once: who tries again, and when, is the channel's to decide."""
        return WebClient(
            token=self._read_token(),
            base_url=self._base_url,
            timeout=math.ceil(self._timeout_s),
            ssl=self._trusted,
            logger=_SILENT,
            retry_handlers=[],
        )

    async def _post(self, client: WebClient, message: PersonalMessage, user: str) -> None:
        opened = await self._call(partial(client.conversations_open, users=user))
        conversation = _OpenedConversation.model_validate(opened.data).channel
        written = slack_message(message, has_buttons=self._has_buttons)
        await self._call(
            partial(
                client.chat_postMessage,
                channel=conversation.id,
                text=written.text,
                blocks=written.blocks,
                mrkdwn=False,
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
                client_msg_id=written.id,
                metadata={"event_type": _EVENT_TYPE, "event_payload": {"nudge_id": message.nudge_id}},
            )
        )

    async def _interpret(self, client: WebClient, refused: SlackApiError) -> TryLater | GiveUp:
        response = refused.response
        code = response.get("error")
        if code == ACCOUNT_INACTIVE:
            return inactive_account(is_of_person=await self._is_accepted(client))
        after_s = None
        if response.status_code in RETRY_AFTER_STATUSES:
            headers = {name.lower(): value for name, value in response.headers.items()}
            after_s = parse_retry_after(headers.get("retry-after"), now=self._clock.now())
        return interpret_error(code, status=response.status_code, after_s=after_s)

    async def _is_accepted(self, client: WebClient) -> bool:
        """Whether Slack accepts the token."""
        try:
            await self._call(client.auth_test)
        except SlackApiError:
            return False
        return True

    async def _call(self, method: Callable[[], SlackResponse]) -> SlackResponse:
        return await asyncio.get_running_loop().run_in_executor(self._workers, method)


def _kind_of(failed: Exception) -> str:
    """The kind of failure: what was wrong with a certificate or a connection is the reason of the library's own error."""
    if isinstance(failed, ValidationError):
        return "not an answer of Slack's"
    reason = getattr(failed, "reason", None)
    return type(reason if isinstance(reason, Exception) else failed).__name__
