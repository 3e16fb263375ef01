"""What Slack sends when somebody presses a button. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.nudges.deliver.personal.slack_message import LATER, NOTE, THANK, note_block, read_thanks_block
from services.nudges.domain.feedback.answers import Answer, WrongReason
from shared.errors import DaymarkError
from shared.events import NudgeId

_FIELDS_MAX: Final = 10


class UnreadableClick(DaymarkError):
    """The body is not one that Slack sends. Check that only the interactivity of the Slack app posts to this address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An answer to the nudge. `reason` says why it is wrong."""

    answer: Answer
    reason: WrongReason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Thanked:
    """What somebody writes to the rep whom the nudge names; empty for a thank-you alone."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedAgain:
    """The message is to come again later today."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Click:
    """`clicked_at` is Slack's time of the click, which stays the same when it is sent again. `response_url` is where Slack
    wants the reply; it is not to be trusted."""

    user: str
    nudge_id: NudgeId
    action: Answered | Thanked | AskedAgain
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


class _Field(_Part):
    value: str | None = None


class _State(_Part):
    """What stands in the fields of the message, by block and action."""

    values: Mapping[str, Mapping[str, _Field]] = {}


class _Payload(_Part):
    type: str
    user: _User
    actions: tuple[_Action, ...] = Field(default=(), max_length=1)
    state: _State = _State()
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
    (pressed,) = payload.actions
    nudge_id = read_thanks_block(pressed.block_id)
    try:
        action = _read_answer(pressed) if nudge_id is None else _read_thanks(pressed, nudge_id, payload.state)
    except ValueError:
        return None
    return Click(
        user=payload.user.id,
        nudge_id=nudge_id or NudgeId(pressed.block_id),
        action=action,
        clicked_at=pressed.action_ts,
        response_url=payload.response_url,
    )


def _read_answer(pressed: _Action) -> Answered | AskedAgain:
    """
    Raises:
        ValueError: it is neither an answer nor its reason.
    """
    if pressed.action_id == LATER:
        return AskedAgain()
    answer = Answer(pressed.action_id)
    option = pressed.selected_option.value if pressed.selected_option is not None else ""
    return Answered(answer=answer, reason=WrongReason(option) if answer is Answer.WRONG else None)


def _read_thanks(pressed: _Action, nudge_id: NudgeId, state: _State) -> Thanked:
    """
    Raises:
        ValueError: it is not the button that sends them.
    """
    if pressed.action_id != THANK:
        raise ValueError(pressed.action_id)
    field = state.values.get(note_block(nudge_id), {}).get(NOTE)
    return Thanked(text=field.value or "" if field is not None else "")
