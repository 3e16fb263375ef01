"""What can be asked about nudges: what was sent and why, feeds, channels, effects, calibration, disputes, and addresses of
pages."""

from datetime import date, datetime
from typing import Final

from shared.events import ManagerId, NudgeId, NudgeKind, PersonId, RepId, TeamId
from shared.observation import ActivityId, SourceName
from shared.requests.endpoint import Endpoint, NoQuery, Page, Schema


class NudgeQuery(Schema):
    person: PersonId | None = None
    after: str | None = None
    limit: int = 500


class DeliveryRow(Schema):
    """A nudge on one channel. `state` is queued, sending, delivered or failed; `due_at` is when it is tried (again) and
    `last_error` what stopped the last attempt."""

    channel: str
    state: str
    attempts: int
    due_at: datetime
    delivered_at: datetime | None
    last_error: str


class NudgeRow(Schema):
    """One nudge and what became of it. `status` is sent, bundled, deferred, withheld or suppressed, and `because` says why it
    was not sent by itself. `propensity` is the probability with which it was to be sent, once that is decided. `delivered`
    lists the channels that accepted it. `retracted` says why it would not be sent by what is known now; empty while it
    holds."""

    id: NudgeId
    rule: str
    kind: NudgeKind
    person: PersonId
    person_name: str
    team: TeamId
    occasion: str
    day: date
    text: str
    reason: str
    status: str
    because: str
    propensity: float | None
    decided_at: datetime
    send_at: datetime | None
    delivered: tuple[str, ...]
    deliveries: tuple[DeliveryRow, ...] = ()
    retracted: str = ""


class NudgePage(Page[NudgeRow]):
    """In the order in which they were decided."""

    next_after: str | None = None


class CalibrationQuery(Schema):
    """One team, or all."""

    team: TeamId | None = None


class CalibrationRow(Schema):
    """How a rule (drop or gone_silent) is calibrated for a team. Strictness is added to every limit: the team's own, which
    applies to new reps, and the lowest and highest of its reps'. False alerts are per rep and 500 judged days, counted on the
    team's own days, before the calibration and after it. None while the team has fewer than 250 judged days."""

    team: TeamId
    rule: str
    reps: int
    judged_days: int
    strictness: float | None = None
    strictness_min: float | None = None
    strictness_max: float | None = None
    alerts_before: float | None = None
    alerts_after: float | None = None


class CalibrationList(Schema):
    """In the order of the teams' ids."""

    teams: tuple[CalibrationRow, ...]


class SilentFeed(Schema):
    """A team from which nothing has arrived since `since`, or nothing of the behaviour with that label, and why that is
    unusual. Nudges that hold the day against its reps are deferred meanwhile."""

    team: TeamId
    name: str
    behaviour: str = ""
    since: datetime
    because: str


class SilentFeedList(Schema):
    """By team."""

    feeds: tuple[SilentFeed, ...]


class RosterDoubtRow(Schema):
    """A rep for whom nothing counted on `empty` of `days` working days in six weeks. `kind` is nothing (on none of them),
    irregular, or weekdays: then `workdays`, as in a roster file, would fit better."""

    rep: RepId
    kind: str
    days: int
    empty: int
    workdays: tuple[str, ...] = ()


class RosterDoubtsOfTeam(Schema):
    """The doubts about a team of so many `reps`, by rep."""

    team: TeamId
    name: str
    reps: int
    doubts: tuple[RosterDoubtRow, ...]


class RosterDoubtList(Schema):
    """Every team, by its id, also those without doubts."""

    teams: tuple[RosterDoubtsOfTeam, ...]


class ChannelRow(Schema):
    """The state of a channel: ok, retrying, paused (at the receiver's request), failing (five times in a row) or disabled,
    since `since` and because of `last_error`. `waiting` deliveries are not out yet; `given_up` counts the last seven days."""

    name: str
    state: str
    since: datetime | None
    paused_until: datetime | None
    last_error: str
    waiting: int
    waiting_since: datetime | None
    given_up: int


class ChannelList(Schema):
    """By name."""

    channels: tuple[ChannelRow, ...]


class ChannelName(Schema):
    name: str


class EffectEstimate(Schema):
    """What sending adds to the score of the next worked day, in `points`, with its 95% interval from `low` to `high`. The
    anytime-valid interval keeps its coverage however often one looks. `sd_points` is one standard deviation of a person's
    score from day to day."""

    points: float
    low: float
    high: float
    anytime_low: float
    anytime_high: float
    sd_points: float


class EffectRow(Schema):
    """The effect of one rule. `holdout` is the probability with which its nudges are withheld. So many `days` of so many
    `people` were part of the experiment and are followed by a worked day that is over; on `days_withheld` of them nothing was
    sent. Something was sent to `people_sent` of the people at least once, and withheld from `people_withheld`. The effect is
    estimated, or `not_known_because` says what is missing. Since `paused_at` the rule is silent because it does harm;
    assignments before `counts_from` are ignored."""

    rule: str
    holdout: float
    people: int
    people_sent: int = 0
    people_withheld: int = 0
    days: int
    days_withheld: int
    effect: EffectEstimate | None
    not_known_because: str
    paused_at: datetime | None
    counts_from: datetime | None


class EffectList(Schema):
    """In order of priority."""

    rules: tuple[EffectRow, ...]


class RuleName(Schema):
    rule: str


class ManagerQuery(Schema):
    """`is_today`: the link leads to how the manager's teams are doing today, and not to their inbox."""

    manager: ManagerId
    is_today: bool = False


class RepQuery(Schema):
    rep: RepId


class Link(Schema):
    url: str


class DisputeQuery(Schema):
    """What a rep disputes about the activities of one day."""

    rep: RepId
    day: date


class DisputeRow(Schema):
    """An activity that the rep says is wrong, and why. `resolution` is put_right or stands once a manager has decided, and
    `resolved_by` who that was."""

    source: SourceName
    account: str
    activity_id: ActivityId
    reason: str
    disputed_at: datetime
    resolution: str
    resolved_by: str


class DisputeList(Schema):
    """In the order in which they were raised."""

    rows: tuple[DisputeRow, ...]


NUDGE_LIST: Final = Endpoint(subject="nudge.list.v1", query=NudgeQuery, reply=NudgePage)
INBOX_LINK: Final = Endpoint(subject="inbox.link.v1", query=ManagerQuery, reply=Link)
OWN_PAGE_LINK: Final = Endpoint(subject="you.link.v1", query=RepQuery, reply=Link)
DROP_CALIBRATE: Final = Endpoint(subject="drop.calibrate.v1", query=CalibrationQuery, reply=CalibrationList)
ROSTER_DOUBTS: Final = Endpoint(subject="roster.doubts.v1", query=NoQuery, reply=RosterDoubtList)
SILENT_FEEDS: Final = Endpoint(subject="feed.list.v1", query=NoQuery, reply=SilentFeedList)
CHANNEL_LIST: Final = Endpoint(subject="channel.list.v1", query=NoQuery, reply=ChannelList)
CHANNEL_ENABLE: Final = Endpoint(subject="channel.enable.v1", query=ChannelName, reply=ChannelList)
EFFECT_LIST: Final = Endpoint(subject="effect.list.v1", query=NoQuery, reply=EffectList)
RULE_RESUME: Final = Endpoint(subject="rule.resume.v1", query=RuleName, reply=RuleName)
DISPUTE_LIST: Final = Endpoint(subject="contest.list.v1", query=DisputeQuery, reply=DisputeList)
