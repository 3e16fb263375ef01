"""What goes to the process in which Apprise runs, and what comes back: one JSON object per line, in both directions."""

from typing import Literal

import msgspec


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one recipient. `url` is Apprise's, and a secret. Without a body only the URL is checked.

    `wait_s` is the timeout of each network operation. `allowed` lists networks that can be connected to although they are not
    public.
    """

    url: str
    nudge_id: str = ""
    title: str = ""
    body: str = ""
    wait_s: float = 4.0
    allowed: tuple[str, ...] = ()


class SendResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a message.

    `later`: it may work later. `never`: this message will not be accepted. `unusable`: the URL cannot be used. `because`
    contains nothing of the URL or the message, and of the service's answer only codes. `retry_after` is its header.
    """

    outcome: Literal["delivered", "later", "never", "unusable"]
    because: str = ""
    retry_after: str | None = None
