"""What Teams would refuse in a card, written from the public schema. https://adaptivecards.io/schemas/adaptive-card.json"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Json = Mapping[str, Any]
MESSAGE_BYTES_MAX: Final = 28_000
_KEYS: Final = {
    "AdaptiveCard": {"type", "$schema", "version", "fallbackText", "body", "actions"},
    "RichTextBlock": {"type", "spacing", "separator", "inlines"},
    "TextRun": {"type", "text", "size", "isSubtle"},
    "Action.OpenUrl": {"type", "title", "url"},
}
_REQUIRED: Final = {"AdaptiveCard": "version", "RichTextBlock": "inlines", "TextRun": "text", "Action.OpenUrl": "url"}
_SPACINGS: Final = {"Default", "None", "Small", "Medium"}


def payload_mistakes(body: bytes) -> Iterator[str]:
    """What a workflow, or Teams, would not take of this request."""
    payload = json.loads(body)
    if len(body) > MESSAGE_BYTES_MAX:
        yield "too large"
    if payload["type"] != "message" or "@" not in payload["recipient"]:
        yield "the message"
    (attachment,) = payload["attachments"]
    if attachment["contentType"] != "application/vnd.microsoft.card.adaptive":
        yield "the attachment"
    card = attachment["content"]
    if card["version"] not in {"1.0", "1.1", "1.2", "1.3", "1.4"}:
        yield "the version"
    yield from _mistakes([card])


def _mistakes(elements: Sequence[Json]) -> Iterator[str]:
    for element in elements:
        kind = element["type"]
        if kind not in _KEYS:
            yield f"no element is of type {kind}"
            continue
        if unknown := element.keys() - _KEYS[kind]:
            yield f"{kind} has no {sorted(unknown)}"
        if not element.get(_REQUIRED[kind]):
            yield f"{kind} without {_REQUIRED[kind]}"
        if element.get("spacing", "Default") not in _SPACINGS:
            yield "a spacing"
        for key in ("body", "inlines", "actions"):
            yield from _mistakes(element.get(key, []))
