"""What can be asked about days, scores and activities."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from shared.events import BehaviourKey, RepId, TeamId
from shared.fact_values import FactValue
from shared.observation import ActivityId, SourceName
from shared.requests.endpoint import Endpoint, NoQuery, Page, Schema


class ScoreQuery(Schema):
    """Days from `first` to `last`, both included. `silent_days` adds the days on which nothing counted. As judged `then`: by
    the version in force on the day; `now`: by the one in force today."""

    first: date
    last: date
    team: TeamId | None = None
    silent_days: bool = False
    as_judged: Literal["then", "now"] = "then"
    after: tuple[RepId, date] | None = None
    limit: int = 1_000


class ScoreRow(Schema):
    """One rep's day. `score` has two decimals, half up; None when the day has no target. `counts` holds counts above 0."""

    rep: RepId
    day: date
    score: Decimal | None
    counts: dict[BehaviourKey, int]


class ScorePage(Page[ScoreRow]):
    """Sorted by rep and day."""

    next_after: tuple[RepId, date] | None = None


class ExplainQuery(Schema):
    rep: RepId
    day: date


class ExplainedActivity(Schema):
    """One activity of the day: its facts, what it counts for, or else the filter that it failed, by behaviour. Those of
    `of_other_kind` ask for another kind of activity. `unverified` lists what is in doubt about it, if anything: something to
    check, not a verdict."""

    source: SourceName
    account: str
    activity_id: ActivityId
    kind: str
    facts: dict[str, FactValue]
    counts_for: tuple[BehaviourKey, ...]
    fails: dict[BehaviourKey, str]
    of_other_kind: tuple[BehaviourKey, ...] = ()
    unverified: tuple[str, ...] = ()


class ExplainedLine(Schema):
    """One behaviour of the breakdown."""

    key: BehaviourKey
    label: str
    count: int
    target: Decimal
    weight: Decimal
    cap: Decimal
    points: Decimal


class Explanation(Schema):
    """A day's score with everything behind it. `absence_entered_by` is the name of the manager who entered the day as an
    absence; empty if the roster file states it, or if the day is none. `arithmetic` is the sum, written out.
    `announcement_delivered_at` is when the announcement of the version that judges the day reached the rep; None if it has
    not."""

    rep: RepId
    day: date
    timezone: str
    presence: str
    absence_entered_by: str = ""
    playbook_from: date | None
    announcement_delivered_at: datetime | None = None
    score: Decimal | None
    arithmetic: str
    lines: tuple[ExplainedLine, ...]
    activities: tuple[ExplainedActivity, ...]


class AuditQuery(Schema):
    """What to recount: everything, or days from `first` to `last`, both included, or one rep's."""

    rep: RepId | None = None
    first: date | None = None
    last: date | None = None


class AuditReport(Schema):
    """The outcome of a recount from the stored facts. Each difference is one sentence; `waiting` reps were left out, because
    their days are being scored again."""

    activities: int
    days: int
    waiting: int = 0
    differences: tuple[str, ...]


class UnmatchedUser(Schema):
    """A CRM user whom no rep has as an identity. Their activities count as soon as some rep does."""

    source: SourceName
    account: str
    user: str
    activities: int
    newest_at: datetime | None
    oldest_at: datetime | None = None


class UnmatchedUserList(Schema):
    """Those with the newest activities first, at most a hundred."""

    users: tuple[UnmatchedUser, ...]


class TotalsQuery(Schema):
    """Whole months: those of `first` and `last`, and all between."""

    first: date
    last: date
    team: TeamId | None = None


class TeamTotal(Schema):
    """What a team did in a month, which begins on `month`: everybody's counts, also of reps who left or were erased."""

    team: TeamId
    month: date
    counts: dict[BehaviourKey, int]


class TotalsList(Schema):
    """Sorted by team and month."""

    rows: tuple[TeamTotal, ...]


SCORE_LIST: Final = Endpoint(subject="score.list.v1", query=ScoreQuery, reply=ScorePage)
SCORE_EXPLAIN: Final = Endpoint(subject="score.explain.v1", query=ExplainQuery, reply=Explanation)
SCORE_AUDIT: Final = Endpoint(subject="score.audit.v1", query=AuditQuery, reply=AuditReport)
UNMATCHED_USERS: Final = Endpoint(subject="score.nobodys.v1", query=NoQuery, reply=UnmatchedUserList)
SCORE_TOTALS: Final = Endpoint(subject="score.totals.v1", query=TotalsQuery, reply=TotalsList)
