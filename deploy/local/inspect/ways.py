"""What it means for people which channels there are."""

from collections.abc import Collection
from typing import Final

_INBOX: Final = "inbox"
_ROOMS: Final = "chat."


def describe_missing_channel(names: Collection[str]) -> str:
    """What it means that no channel reaches a person by themselves; empty if one does."""
    if names == {_INBOX}:
        return "the manager's inbox is the only one, so no nudge and no announcement reaches a rep; configure another"
    if all(name == _INBOX or name.startswith(_ROOMS) for name in names):
        return (
            "there are only rooms, so no announcement counts as received, and nothing is held against reps; configure another"
        )
    return ""
