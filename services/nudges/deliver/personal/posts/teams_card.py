"""A nudge as an Adaptive Card, in the message that a workflow of Teams expects.

Every text of the card is a `TextRun`, which is shown as it is: Markdown is not read in it, and a mention would need an entity
beside the card. https://adaptivecards.io/explorer/TextRun.html
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from services.nudges.deliver.personal.transport import SETTINGS_LABEL, MessageLink, PersonalMessage
from shared.languages.messages import gettext

CardElement = dict[str, object]
"""An object of the schema. https://adaptivecards.io/schemas/adaptive-card.json"""
_CARD_VERSION: Final = "1.4"
_CONTENT_TYPE: Final = "application/vnd.microsoft.card.adaptive"
_TEXT_BYTES_MAX: Final = 16_000
"""Teams takes about 28 KB in all: https://learn.microsoft.com/connectors/teams/. The rest of a text is on the page."""
_REASON_BYTES_MAX: Final = 2_000
_LINKS_MAX: Final = 4
"""Teams shows six buttons on a card; further links are on the message's own page."""
_REASON_SPACINGS: Final = ("Medium", "None", "Small")
"""Above the heading, above the first reason, and above each further one."""
_BEGINS_FUNCTION: Final = re.compile(r"\{(?=\{)")


def teams_payload(message: PersonalMessage, *, recipient: str) -> bytes:
    """Written the same way every time. The workflow posts the first attachment to the `recipient`; it can recognise a message
    that is sent again by its `id`."""
    payload = {
        "type": "message",
        "id": message.message_id,
        "recipient": recipient,
        "summary": message.subject,
        "attachments": [{"contentType": _CONTENT_TYPE, "contentUrl": None, "content": teams_card(message)}],
    }
    return json.dumps(payload, ensure_ascii=False).encode()


def teams_card(message: PersonalMessage) -> CardElement:
    """One block for each paragraph, the reason in small print, and buttons that open pages: those for what else the reader can
    do, the message's own, and the reader's settings."""
    paragraphs = list(_fitting(message.paragraphs or (message.subject,), bytes_max=_TEXT_BYTES_MAX))
    reason = _fitting((gettext("Why you get this:"), *message.reason), bytes_max=_REASON_BYTES_MAX)
    card: CardElement = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": _CARD_VERSION,
        "fallbackText": _plain(message.subject),
        "body": [
            *(_text(paragraph) for paragraph in paragraphs),
            *(
                _text(line, is_small=True, spacing=_REASON_SPACINGS[min(number, 2)], separator=not number)
                for number, line in enumerate(reason)
            ),
        ],
    }
    settings = MessageLink(label=gettext(SETTINGS_LABEL), url=message.stop_url)
    own = (MessageLink(label=message.link_label, url=message.url), settings)
    links = [*message.links[:_LINKS_MAX], *own]
    if actions := [{"type": "Action.OpenUrl", "title": link.label, "url": link.url} for link in links if link.url]:
        card["actions"] = actions
    return card


def _text(text: str, *, is_small: bool = False, spacing: str = "Default", separator: bool = False) -> CardElement:
    run: CardElement = {"type": "TextRun", "text": _plain(text)}
    block: CardElement = {"type": "RichTextBlock", "spacing": spacing, "inlines": [run]}
    if is_small:
        run |= {"size": "Small", "isSubtle": True}
    if separator:
        block["separator"] = True
    return block


def _plain(text: str) -> str:
    """Without what begins a date function in any text: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features"""
    return _BEGINS_FUNCTION.sub("{ ", text)


def _fitting(lines: Sequence[str], *, bytes_max: int) -> Iterator[str]:
    """As many lines as fit; the one that does not is cut."""
    left = bytes_max
    for line in lines:
        encoded = line.encode()
        if len(encoded) > left:
            yield encoded[:left].decode(errors="ignore").rstrip() + "…"
            return
        left -= len(encoded)
        yield line
