"""What is handed to the process in which Apprise runs, and what comes back: one JSON object a line each way."""

from typing import Literal

import msgspec


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one recipient. `url` is Apprise's, and a secret. Without a body the URL is only looked at.

    `wait_s` is how long to wait for the network each time, `allowed` are networks that it may go to although they are not
    public.
    """

    url: str
    nudge_id: str = ""
    title: str = ""
    body: str = ""
    wait_s: float = 4.0
    allowed: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`later`: it may work later; `never`: this message will not be taken; `unusable`: the URL cannot be used. `because` holds
    nothing of the URL, of the message or of what the service said but codes; `retry_after` is its header."""

    outcome: Literal["delivered", "later", "never", "unusable"]
    because: str = ""
    retry_after: str | None = None
