"""What can be asked about nudges and inboxes, and the shape of the answers."""

from datetime import date, datetime
from typing import Final

from shared.requests.client import Shape

NUDGE_LIST: Final = "nudge.list.v1"
INBOX_LINK: Final = "inbox.link.v1"
OWN_LINK: Final = "you.link.v1"
DROP_CALIBRATE: Final = "drop.calibrate.v1"
FEED_LIST: Final = "feed.list.v1"
CHANNEL_LIST: Final = "channel.list.v1"
CHANNEL_ENABLE: Final = "channel.enable.v1"
EFFECT_LIST: Final = "effect.list.v1"
RULE_RESUME: Final = "rule.resume.v1"
CONTEST_LIST: Final = "contest.list.v1"


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
    """One nudge with what became of it. `status` is sent, bundled, held, held_out or dropped, `because` says why it was not
    sent by itself; `chance` is the probability with which it was to be sent, where that is decided. `delivered` lists the
    channels that said yes. `revised` says why it would not be said by what is known now, and is empty while it holds."""

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
    chance: float | None
    decided_at: datetime
    send_at: datetime | None
    delivered: tuple[str, ...]
    deliveries: tuple[DeliveryRow, ...] = ()
    revised: str = ""


class NudgePage(Shape):
    """In the order in which they were decided."""

    rows: tuple[NudgeRow, ...]
    next_after: str | None = None


class CalibrateQuery(Shape):
    """One team, or all."""

    team: str | None = None


class CalibrationRow(Shape):
    """A team's watch for drops. Strictness is what is added to every limit, in standard deviations: the team's, which holds for
    who is new, and from the `laxest` to the `strictest` of its reps' own. False alerts per rep and 250 worked days are those on
    their days in random orders, without the reps' limits and with them. None where too little is known."""

    team: str
    reps: int
    worked_days: int = 0
    strictness: float | None = None
    laxest: float | None = None
    strictest: float | None = None
    alerts_before: float | None = None
    alerts_after: float | None = None


class CalibrationList(Shape):
    teams: tuple[CalibrationRow, ...]


class QuietFeed(Shape):
    """A team that nothing has been heard of since `since`, or nothing of the behaviour of that label, and why that is unusual.
    What would hold a day against its reps is held meanwhile."""

    team: str
    name: str
    behaviour: str = ""
    since: datetime
    because: str


class FeedList(Shape):
    quiet: tuple[QuietFeed, ...]


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


class Found(Shape):
    """What sending adds to the score of the next worked day, in `points`. `low` and `high` hold the truth in 95 of 100 cases in
    which one looks once, `always_low` and `always_high` however often one looks. One standard deviation of a person's score
    from day to day is `sd_points`."""

    points: float
    low: float
    high: float
    always_low: float
    always_high: float
    sd_points: float


class EffectRow(Shape):
    """A rule: with which probability its nudges are `held_out`, on how many `days` of how many `people` a lot was drawn and the
    next worked day is over, and on `days_held_out` of them nothing was sent; its effect, or why it is not known yet. Since
    `paused_at` the rule is silent, as it does harm; what was drawn before `counts_from` does not count."""

    rule: str
    held_out: float
    people: int
    days: int
    days_held_out: int
    effect: Found | None
    not_known_because: str
    paused_at: datetime | None
    counts_from: datetime | None


class EffectList(Shape):
    """In order of priority."""

    rules: tuple[EffectRow, ...]


class RuleName(Shape):
    rule: str


class LinkQuery(Shape):
    manager: str


class RepLinkQuery(Shape):
    rep: str


class Link(Shape):
    url: str


class ContestQuery(Shape):
    """What a rep said of the activities of one day."""

    rep: str
    day: date


class ContestRow(Shape):
    """An activity that the rep says is not right, and why. `settled` is put_right or stands once a manager said so,
    `settled_by` who that was."""

    source: str
    account: str
    activity_id: str
    reason: str
    contested_at: datetime
    settled: str
    settled_by: str


class ContestList(Shape):
    """In the order in which they were contested."""

    rows: tuple[ContestRow, ...]
