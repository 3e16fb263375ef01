"""What can be asked about days, scores and activities, and the shape of the answers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from shared.requests.client import Shape

SCORE_LIST: Final = "score.list.v1"
SCORE_EXPLAIN: Final = "score.explain.v1"
SCORE_AUDIT: Final = "score.audit.v1"
SCORE_NOBODYS: Final = "score.nobodys.v1"
SCORE_TOTALS: Final = "score.totals.v1"


class ScoreQuery(Shape):
    """Days from `first` to `last`, both included. `silent_days` adds the days on which nothing counted. As judged `then`:
    by the version that was in force on the day; `now`: by the one in force today."""

    first: date
    last: date
    team: str | None = None
    silent_days: bool = False
    as_judged: Literal["then", "now"] = "then"
    after: tuple[str, date] | None = None
    limit: int = 1_000


class ScoreRow(Shape):
    """One rep's day. `score` has two decimals, half up; None when the day has no target. `counts` holds counts above 0."""

    rep: str
    day: date
    score: Decimal | None
    counts: dict[str, int]


class ScorePage(Shape):
    rows: tuple[ScoreRow, ...]
    next_after: tuple[str, date] | None = None


class ExplainQuery(Shape):
    rep: str
    day: date


class ExplainedActivity(Shape):
    """One activity of the day: its facts, what it counts for, or else the filter it failed, by behaviour. `unverified` says
    what is in doubt about it, if anything: a question to look into, no verdict."""

    source: str
    account: str
    activity_id: str
    kind: str
    facts: dict[str, Any]
    counts_for: tuple[str, ...]
    fails: dict[str, str]
    unverified: tuple[str, ...] = ()


class ExplainedLine(Shape):
    key: str
    label: str
    count: int
    target: Decimal
    weight: Decimal
    cap: Decimal
    points: Decimal


class Explanation(Shape):
    """A day's score with everything that it rests on. `arithmetic` is the sum, written out; `told_at` is when the rep was told
    of the version that judges the day, None while they were not."""

    rep: str
    day: date
    timezone: str
    presence: str
    playbook_from: date | None
    told_at: datetime | None = None
    score: Decimal | None
    arithmetic: str
    lines: tuple[ExplainedLine, ...]
    activities: tuple[ExplainedActivity, ...]


class AuditQuery(Shape):
    """What to recount: everything, or days from `first` to `last`, both included, or one rep's."""

    rep: str | None = None
    first: date | None = None
    last: date | None = None


class AuditReport(Shape):
    """The outcome of recounting from the stored facts. Each difference is one sentence; `waiting` reps were left out, because
    they are being scored anew."""

    activities: int
    days: int
    waiting: int = 0
    differences: tuple[str, ...]


class Nobodys(Shape):
    """Activities of a CRM user whom the roster does not know. They count as soon as somebody has this identity."""

    source: str
    account: str
    user: str
    activities: int
    newest_at: datetime | None


class NobodysList(Shape):
    """Those with the newest activities first, at most a hundred."""

    identities: tuple[Nobodys, ...]


class TotalsQuery(Shape):
    """Whole months: those of `first` and `last`, and all between."""

    first: date
    last: date
    team: str | None = None


class TeamTotal(Shape):
    """What a team did in a month, which begins on `month`: everybody's counts, of who has left and of who is forgotten too."""

    team: str
    month: date
    counts: dict[str, int]


class TotalsList(Shape):
    """Sorted by team and month."""

    rows: tuple[TeamTotal, ...]
