"""Where the replies to a user's requests arrive. Each user has a prefix of its own, so that the server can keep others out."""

from typing import Final

INBOXES: Final = "_INBOX"
"""How the prefix of everybody begins."""


def inbox_prefix(user: str) -> str:
    """The first token of the subjects on which a user receives replies; that of everybody without a user."""
    return f"{INBOXES}_{user}" if user else INBOXES
