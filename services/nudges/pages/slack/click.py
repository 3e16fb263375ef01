"""What Slack sends when somebody presses a button. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.nudges.domain.feedback.answers import Answer, WrongReason
from shared.errors import DaymarkError
from shared.events import NudgeId

_FIELDS_MAX: Final = 10


class UnreadableClick(DaymarkError):
    """The body is not one that Slack sends. Check that only the interactivity of the Slack app posts to this address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Click:
    """`clicked_at` is Slack's time of the click, which stays the same when it is sent again. `response_url` is where Slack
    wants the reply; it is not to be trusted."""

    user: str
    nudge_id: NudgeId
    answer: Answer
    reason: WrongReason | None
    clicked_at: str
    response_url: str


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _User(_Part):
    id: str


class _Option(_Part):
    value: str


class _Action(_Part):
    block_id: str
    action_id: str
    action_ts: str
    selected_option: _Option | None = None


class _Payload(_Part):
    type: str
    user: _User
    actions: tuple[_Action, ...] = Field(default=(), max_length=1)
    response_url: str = ""


def read_click(body: bytes) -> Click | None:
    """The click; None for what the app's other buttons and shortcuts send.

    Raises:
        UnreadableClick: it is not a body of Slack's.
    """
    try:
        (text,) = parse_qs(body.decode(), strict_parsing=True, max_num_fields=_FIELDS_MAX)["payload"]
        payload = _Payload.model_validate_json(text)
    except (ValidationError, ValueError, KeyError):
        raise UnreadableClick from None
    if payload.type != "block_actions" or not payload.actions:
        return None
    (action,) = payload.actions
    try:
        answer = Answer(action.action_id)
        option = action.selected_option.value if action.selected_option is not None else ""
        reason = WrongReason(option) if answer is Answer.WRONG else None
    except ValueError:
        return None
    return Click(
        user=payload.user.id,
        nudge_id=NudgeId(action.block_id),
        answer=answer,
        reason=reason,
        clicked_at=action.action_ts,
        response_url=payload.response_url,
    )
