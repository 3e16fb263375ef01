"""What can be asked about nudges and inboxes, and the shape of the answers."""

from datetime import date, datetime
from typing import Final

from shared.requests import Shape

NUDGE_LIST: Final = "nudge.list.v1"
INBOX_LINK: Final = "inbox.link.v1"
OWN_LINK: Final = "you.link.v1"


class NudgeQuery(Shape):
    person: str | None = None
    after: str | None = None
    limit: int = 500


class NudgeRow(Shape):
    """One nudge with what became of it. `status` is sent, held or dropped, `because` says why it was held or dropped;
    `delivered` lists the channels that said yes."""

    id: str
    rule: str
    kind: str
    person: str
    person_name: str
    team: str
    occasion: str
    day: date
    text: str
    reason: str
    status: str
    because: str
    decided_at: datetime
    send_at: datetime | None
    delivered: tuple[str, ...]


class NudgePage(Shape):
    """In the order in which they were decided."""

    rows: tuple[NudgeRow, ...]
    next_after: str | None = None


class LinkQuery(Shape):
    manager: str


class RepLinkQuery(Shape):
    rep: str


class Link(Shape):
    url: str
