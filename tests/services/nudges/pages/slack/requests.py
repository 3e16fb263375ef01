"""Requests as Slack sends them when somebody presses a button."""

import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from services.nudges.pages.slack.signature import sign
from tests.services.nudges.builders.days import NOON

SECRET: Final = "8f742231b10e8888abcd99yyyzzz85a5"
ANAS_SLACK: Final = "U024BE7LH"
MARAS_SLACK: Final = "U000MARA1"


def press(
    answer: str,
    *,
    nudge_id: str = "plan-done",
    user: str = ANAS_SLACK,
    option: str | None = None,
    clicked_at: str = "1767610800.000100",
    response_url: str = "https://hooks.slack.com/actions/T0001/1/abc",
) -> dict[str, Any]:
    """The payload of a button, or of a menu from which an option was chosen."""
    action: dict[str, Any] = {
        "type": "button",
        "block_id": nudge_id,
        "action_id": answer,
        "action_ts": clicked_at,
        "text": {"type": "plain_text", "text": "Not useful", "emoji": False},
    }
    if option is not None:
        action |= {"type": "static_select", "selected_option": {"text": {"type": "plain_text", "text": ""}, "value": option}}
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "ana", "name": "ana", "team_id": "T0001"},
        "api_app_id": "A0001",
        "token": "a token that is no longer used",
        "container": {"type": "message", "message_ts": "1767610700.000100", "channel_id": "D024BE7LH", "is_ephemeral": False},
        "trigger_id": "1.2.abc",
        "team": {"id": "T0001", "domain": "acme"},
        "channel": {"id": "D024BE7LH", "name": "directmessage"},
        "message": {"type": "message", "text": "…", "blocks": []},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }


def press_thanks(text: str | None, *, nudge_id: str = "reminder", user: str = MARAS_SLACK, **other: str) -> dict[str, Any]:
    """The payload of the button that sends thanks, with what stands in its field; None for a field that nobody touched."""
    payload = press("thank", nudge_id=f"thanks:{nudge_id}", user=user, **other)
    return payload | {"state": {"values": {f"note:{nudge_id}": {"note": {"type": "plain_text_input", "value": text}}}}}


def body_of(payload: object) -> bytes:
    """The form in which a payload travels."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed_headers(body: bytes, *, secret: str = SECRET, now: datetime = NOON) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    timestamp = str(int(now.timestamp()))
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": sign(body, timestamp=timestamp, secret=secret),
    }
