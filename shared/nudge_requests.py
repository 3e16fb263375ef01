"""What can be asked about nudges and inboxes, and the shape of the answers."""

from datetime import date, datetime
from typing import Final

from shared.requests import Shape

NUDGE_LIST: Final = "nudge.list.v1"
INBOX_LINK: Final = "inbox.link.v1"
OWN_LINK: Final = "you.link.v1"
CHANNEL_LIST: Final = "channel.list.v1"
CHANNEL_ENABLE: Final = "channel.enable.v1"


class NudgeQuery(Shape):
    person: str | None = None
    after: str | None = None
    limit: int = 500


class DeliveryRow(Shape):
    """A nudge's way through one channel. `state` is queued, sending, delivered or failed; `due_at` is when it is tried (again),
    `last_error` what the last attempt met with."""

    channel: str
    state: str
    attempts: int
    due_at: datetime
    delivered_at: datetime | None
    last_error: str


class NudgeRow(Shape):
    """One nudge with what became of it. `status` is sent, held or dropped, `because` says why it was held or dropped;
    `delivered` lists the channels that said yes. `revised` says why it would not be said by what is known now, and is
    empty while it holds."""

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
    deliveries: tuple[DeliveryRow, ...] = ()
    revised: str = ""


class NudgePage(Shape):
    """In the order in which they were decided."""

    rows: tuple[NudgeRow, ...]
    next_after: str | None = None


class ChannelRow(Shape):
    """How a channel fares. `state` is ok, retrying, paused (the receiver asked for it), failing (five times in a row) or
    disabled, since `since` and because of `last_error`. `waiting` deliveries are not out yet, `given_up` are those of the last
    seven days."""

    name: str
    state: str
    since: datetime | None
    paused_until: datetime | None
    last_error: str
    waiting: int
    waiting_since: datetime | None
    given_up: int


class ChannelList(Shape):
    channels: tuple[ChannelRow, ...]


class ChannelName(Shape):
    name: str


class LinkQuery(Shape):
    manager: str


class RepLinkQuery(Shape):
    rep: str


class Link(Shape):
    url: str
