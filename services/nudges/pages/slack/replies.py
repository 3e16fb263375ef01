"""Replies to clicks, at the address that Slack gives for each. https://docs.slack.dev/interactivity/handling-user-interaction"""

from typing import Final
from urllib.parse import urlsplit

import httpx
import structlog

from services.nudges.deliver.personal.slack_message import SlackMessage
from shared.service.http_client import make_http_client

_log = structlog.get_logger()
_TIMEOUT_S: Final = 5.0
_SLACKS_OWN: Final = "https://hooks.slack.com/"
Reply = dict[str, object]


def replacement(message: SlackMessage) -> Reply:
    """A reply that replaces the message."""
    return {"replace_original": True, "text": message.text, "blocks": list(message.blocks)}


def notice(text: str) -> Reply:
    """A reply that only the user sees who pressed the button. The message stays."""
    return {"response_type": "ephemeral", "replace_original": False, "text": text}


class Replies:
    """Sends to Slack only: to its address for replies, to that of the Slack that is configured, or below `base_url`."""

    def __init__(self, *, base_url: str) -> None:
        parts = urlsplit(base_url)
        configured = (f"https://hooks.{parts.netloc}/",) if parts.scheme == "https" else ()
        self._allowed = (_SLACKS_OWN, base_url, *configured)

    async def send(self, response_url: str, reply: Reply) -> None:
        """Try once. The answer is stored already, so a failure is logged and no more; the address is a secret."""
        if not response_url.startswith(self._allowed):
            _log.warning("slack_reply_refused", because="the address for the reply is not one of Slack's")
            return
        try:
            async with make_http_client(timeout_s=_TIMEOUT_S) as client:
                response = await client.post(response_url, json=reply, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as failed:
            _log.warning("slack_reply_failed", error=type(failed).__name__)
            return
        if not response.is_success:
            _log.warning("slack_reply_failed", error=f"Slack answered {response.status_code}")
