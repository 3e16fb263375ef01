"""A nudge as a Slack message: its blocks, and the text that stands for them in notifications and for screen readers.

Every text in the blocks is a `plain_text` or `rich_text` element, which Slack shows as it is: no name, label or note becomes a
mention, a link or an emoji. Only the text beside the blocks is markup, and it is escaped.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

from services.nudges.deliver.personal.transport import (
    ANSWER_LABEL,
    SETTINGS_LABEL,
    THANKS_LABEL,
    MessagePart,
    MessageThanks,
    PersonalMessage,
)
from services.nudges.domain.feedback.answers import ANSWER_LABELS, WRONG_REASON_LABELS, Answer
from services.nudges.domain.feedback.thanks import TEXT_LENGTH_MAX
from shared.events import NudgeId
from shared.languages.messages import gettext, marked

Block = dict[str, object]
"""One block of Block Kit. https://docs.slack.dev/reference/block-kit/blocks"""

_MESSAGE_IDS: Final = uuid.UUID("5ba3f1e9-3f52-5b0c-9d0f-7a1f6f1b8c57")
_PIECE_LENGTH_MAX: Final = 2_000
"""Slack allows 3,000 characters in a text element and counts an escaped one as several."""
_PIECES_MAX: Final = 8
"""Of one nudge. Slack allows 50 blocks in a message; the rest is on the page."""
_NOTES_MAX: Final = 5
"""Fields to write in, of one message. To more reps, the reader writes on their pages."""
LATER: Final = "later"
THANK: Final = "thank"
"""What the buttons do that answer nothing: the ids of their actions, as the answers are of theirs."""
NOTE: Final = "note"
"""The id of the action of a field to write in."""
_THANKS_PREFIX: Final = "thanks:"
_NOTE_PREFIX: Final = "note:"
_NOTE_PLACEHOLDER: Final = marked(
    "What did they do well? If you leave this empty, we say thank you for the facts above in your name."
)
_LATER_LABEL: Final = marked("Send again later today")
_NOTHING: Final[Mapping[NudgeId, str]] = MappingProxyType({})
_TEXT_LENGTH_MAX: Final = 3_000
"""Slack asks for at most 4,000 characters beside the blocks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackMessage:
    """`id` is the same whenever the message is made of the same nudge."""

    id: str
    text: str
    blocks: tuple[Block, ...]


def slack_message(
    message: PersonalMessage,
    *,
    has_buttons: bool,
    answered: Mapping[NudgeId, str] = _NOTHING,
    thanked: Mapping[NudgeId, str] = _NOTHING,
) -> SlackMessage:
    """Written the same way every time. With `has_buttons` it can be answered in Slack, and its person can write to the reps
    whom it names. `answered` is what they have answered so far, and `thanked` what they wrote: sentences, by nudge, in the
    place of the buttons.

    The block of the buttons has the id of the nudge, and each button that of its answer.
    """
    reason = "\n".join((gettext("Why you get this:"), *message.reason))
    return SlackMessage(
        id=str(uuid.uuid5(_MESSAGE_IDS, message.message_id)),
        text=escape_markup("\n".join((*message.paragraphs, reason))[:_TEXT_LENGTH_MAX]),
        blocks=(
            *_parts(message, has_buttons=has_buttons, answered=answered, thanked=thanked),
            *(block for thanks in _fields(message, has_buttons=has_buttons) for block in _note(thanks, thanked)),
            _small_print(reason[:_PIECE_LENGTH_MAX]),
            *_all_links(message, has_buttons=has_buttons),
        ),
    )


def read_thanks_block(block_id: str) -> NudgeId | None:
    """For which nudge a button sends thanks; None if the block is none of these."""
    return NudgeId(block_id.removeprefix(_THANKS_PREFIX)) if block_id.startswith(_THANKS_PREFIX) else None


def note_block(nudge_id: NudgeId) -> str:
    """The id of the block with the field in which thanks for a nudge are written."""
    return f"{_NOTE_PREFIX}{nudge_id}"


def escape_markup(text: str) -> str:
    """The text without anything that Slack's markup would take for a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _parts(
    message: PersonalMessage, *, has_buttons: bool, answered: Mapping[NudgeId, str], thanked: Mapping[NudgeId, str]
) -> Iterator[Block]:
    """With the last buttons stands the one for getting the whole message again. Whoever has said thanks for a part need not
    answer it."""
    open_parts = {part.nudge_id for part in message.parts if part.answers and part.nudge_id not in {*answered, *thanked}}
    last = [part.nudge_id for part in message.parts if part.nudge_id in open_parts][-1:]
    for part in message.parts:
        for piece in islice(_pieces(part.paragraphs or (message.subject,)), _PIECES_MAX):
            yield {"type": "section", "text": _plain_text(piece)}
        if part.nudge_id in answered:
            yield _small_print(answered[part.nudge_id])
        elif has_buttons and part.nudge_id in open_parts:
            later = [_button(LATER, gettext(_LATER_LABEL))] if part.nudge_id in last else []
            yield {"type": "actions", "block_id": part.nudge_id, "elements": [*_buttons(part), *later]}


def _fields(message: PersonalMessage, *, has_buttons: bool) -> tuple[MessageThanks, ...]:
    """To whom the reader can write in Slack itself."""
    return message.thanks[:_NOTES_MAX] if has_buttons else ()


def _note(thanks: MessageThanks, thanked: Mapping[NudgeId, str]) -> Iterator[Block]:
    """A field and its button, or what was written."""
    if thanks.nudge_id in thanked:
        yield _small_print(thanked[thanks.nudge_id][:_PIECE_LENGTH_MAX])
        return
    field = {
        "type": "plain_text_input",
        "action_id": NOTE,
        "multiline": True,
        "max_length": TEXT_LENGTH_MAX,
        "placeholder": _plain_text(gettext(_NOTE_PLACEHOLDER)),
    }
    label = _plain_text(thanks.link.label)
    yield {"type": "input", "block_id": note_block(thanks.nudge_id), "label": label, "element": field, "optional": True}
    send = _button(THANK, gettext("Send to {name}").format(name=thanks.first_name))
    yield {"type": "actions", "block_id": f"{_THANKS_PREFIX}{thanks.nudge_id}", "elements": [send]}


def _all_links(message: PersonalMessage, *, has_buttons: bool) -> Iterator[Block]:
    """Without those to pages for what can be done in the message."""
    with_fields = {thanks.link for thanks in _fields(message, has_buttons=has_buttons)}
    links = [
        *((link.url, link.label) for link in message.links if link not in with_fields),
        (message.url, _link_label(message, has_buttons=has_buttons)),
        (message.stop_url, gettext(SETTINGS_LABEL)),
    ]
    if present := [link for link in links if link[0]]:
        yield _links(present)


def _link_label(message: PersonalMessage, *, has_buttons: bool) -> str:
    """With buttons in the message, the page is for reading it, and for changing an answer."""
    is_for_answers = message.link_label in (gettext(ANSWER_LABEL), gettext(THANKS_LABEL))
    return gettext("Open in Daymark") if has_buttons and is_for_answers else message.link_label


def _buttons(part: MessagePart) -> Iterator[Block]:
    """One button for each answer, and a menu of reasons for one that needs a reason."""
    for answer in part.answers:
        if answer is Answer.WRONG:
            label = _plain_text(gettext(ANSWER_LABELS[answer]).capitalize())
            reasons = [
                {"text": _plain_text(gettext(reason).capitalize()), "value": key.value}
                for key, reason in WRONG_REASON_LABELS.items()
            ]
            yield {"type": "static_select", "action_id": answer.value, "placeholder": label, "options": reasons}
        else:
            yield _button(answer.value, gettext(ANSWER_LABELS[answer]).capitalize())


def _button(action_id: str, label: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": _plain_text(label)}


def _small_print(text: str) -> Block:
    return {"type": "context", "elements": [_plain_text(text)]}


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _links(links: Sequence[tuple[str, str]]) -> Block:
    """Pairs of an address and its label, each on a line of its own."""
    sections = [
        {"type": "rich_text_section", "elements": [{"type": "link", "url": url, "text": label}]} for url, label in links
    ]
    return {"type": "rich_text", "elements": sections}


def _pieces(paragraphs: Sequence[str]) -> Iterator[str]:
    """As few texts as fit into one block each. A paragraph that is too long is cut."""
    piece = ""
    for paragraph in paragraphs:
        for start in range(0, len(paragraph), _PIECE_LENGTH_MAX):
            line = paragraph[start : start + _PIECE_LENGTH_MAX]
            if piece and len(piece) + len(line) >= _PIECE_LENGTH_MAX:
                yield piece
                piece = line
            else:
                piece = f"{piece}\n{line}" if piece else line
    yield piece
