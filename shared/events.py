"""The words that more than one service understands: every message between them, as it travels.

Each class is the `data` of one CloudEvents type; the type names are versioned and never change their meaning. Times are
aware, exact numbers are decimal text, and a reader ignores fields that it does not know.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NewType

from pydantic import BaseModel, ConfigDict

RepId = NewType("RepId", str)
ManagerId = NewType("ManagerId", str)
TeamId = NewType("TeamId", str)
BehaviourKey = NewType("BehaviourKey", str)

WEBHOOK_RECEIVED = "webhook.received.v1"
ACTIVITY_OBSERVED = "activity.observed.v1"
DAY_OPENED = "day.opened.v1"
DAY_CHANGED = "day.changed.v1"
DAY_CLOSED = "day.closed.v1"
PLAYBOOK_ANNOUNCED = "playbook.announced.v1"
PLAYBOOK_WITHDRAWN = "playbook.withdrawn.v1"
PLAYBOOK_TOLD = "playbook.told.v1"
PLAYBOOK_ACKNOWLEDGED = "playbook.acknowledged.v1"
NUDGE_DECIDED = "nudge.decided.v1"
NUDGE_DELIVERED = "nudge.delivered.v1"
NUDGE_REVISED = "nudge.revised.v1"

HISTORY_EXTENSION = "daymarkhistory"
"""CloudEvents extension attribute on `activity.observed.v1`: "true" when the activity is imported history, which is scored
in silence."""
HISTORY_HEADER = f"ce-{HISTORY_EXTENSION}"


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Presence(StrEnum):
    """Why a rep is, or is not, expected to work on a day."""

    WORKING = "working"
    ABSENT = "absent"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    NOT_EMPLOYED = "not_employed"


class Person(_Message):
    id: str
    name: str


class Manager(Person):
    """Who leads a rep on a day. Without a `timezone` nothing is sent to them, since nobody knows when it would reach them."""

    timezone: str | None = None


class Mention(_Message):
    """A rep, by their id, of whom a nudge to somebody else speaks, and the behaviour that it is about, if any."""

    id: str
    behaviour: str = ""


class BehaviourResult(_Message):
    """One line of the breakdown. `points` is its share: 100 x weight x min(count / target, cap) / sum of weights."""

    key: str
    label: str
    count: int
    target: Decimal
    weight: Decimal
    points: Decimal


class GoalResult(_Message):
    """How far a goal has come in its period (which begins on `period_start`), the day of the report included.

    `step` is the size of the first step, and of all where `step_min` and `step_max` are None; else the steps follow what the
    rep does, between these two. `steps_reached` counts steps of the first size.
    """

    key: str
    label: str
    period: Literal["week", "month", "quarter"]
    period_start: date
    count: int
    step: int
    steps_reached: int
    step_min: int | None = None
    step_max: int | None = None


class BehaviourDefinition(_Message):
    """One habit as a version defines it. `counts` says in words what counts, and `asks` for how many; `targets` has a number
    per weekday, Monday first."""

    key: str
    label: str
    counts: str
    asks: str
    targets: tuple[Decimal, ...]
    weight: Decimal
    cap: Decimal


class GoalDefinition(_Message):
    """One goal as a version defines it. `counts` says in words what counts; `step` and its bounds are as in `GoalResult`."""

    key: str
    label: str
    counts: str
    period: Literal["week", "month", "quarter"]
    step: int
    step_min: int | None = None
    step_max: int | None = None


class PlaybookAnnounced(_Message):
    """A version that one rep is to be told of, whole: the `data` of `playbook.announced.v1`.

    `version` tells editions apart, also two of one team and date. The rep is judged by it from `binds_from` on, a day of
    their own calendar: when it takes effect, or when they join its team. `follows` is the start of the version by which they
    were judged until then, None where there was none, and `changes` says in words what differs from that one; `unverified`
    which activities it marks. `revises` is why it begins before it was applied. `times` rises when the version is
    announced to the rep anew, for another first day or after it was withdrawn.
    """

    rep: Person
    team: Person
    managers: tuple[Person, ...]
    timezone: str
    version: int
    effective_from: date
    binds_from: date
    behaviours: tuple[BehaviourDefinition, ...]
    goals: tuple[GoalDefinition, ...]
    unverified: tuple[str, ...]
    follows: date | None
    changes: tuple[str, ...]
    revises: str
    times: int
    announced_at: datetime


class DayReport(_Message):
    """One rep's day, whole: the `data` of `day.opened.v1`, `day.changed.v1` and `day.closed.v1`.

    `revision` rises with every change of the day, so that the newest report is known whatever the order of arrival.
    `score` is None on a day without a target. `work_starts_at` and `work_ends_at` bound the time in which a message may
    reach the rep on this day (None when not working); `next_work_starts_at` is the first such time after this day.
    `playbook_version` is the edition by which the day is judged, as `version` of `playbook.announced.v1` names it.
    `first_counted_at` is the start of the earliest activity that counts. `part` is how much of the day is worked, above 0 and
    up to 1, on a day that is worked at all. `silent` marks history that nobody is to be spoken to about.
    """

    rep: Person
    team: Person
    managers: tuple[Manager, ...]
    timezone: str
    day: date
    state: Literal["open", "closed"]
    presence: Presence
    work_starts_at: datetime | None
    work_ends_at: datetime | None
    next_work_starts_at: datetime | None
    playbook_from: date | None
    playbook_version: int | None = None
    behaviours: tuple[BehaviourResult, ...]
    goals: tuple[GoalResult, ...] = ()
    score: Decimal | None
    revision: int
    first_counted_at: datetime | None
    part: Decimal = Decimal(1)
    silent: bool


class NudgeKind(StrEnum):
    CELEBRATION = "celebration"
    COACHING = "coaching"
    RECOGNITION = "recognition"
    DIGEST = "digest"
    ANNOUNCEMENT = "announcement"
    CORRECTION = "correction"


class NudgePart(_Message):
    """One of several nudges in a message; `url` as that of the message, for this nudge alone."""

    id: str
    kind: NudgeKind
    rule: str
    text: str
    url: str = ""


class Nudge(_Message):
    """One message with one reason: the `data` of `nudge.decided.v1`, and what a channel delivers.

    At most one exists per (rule, person, occasion). `reason` states the facts that it rests on, for people to check. `about`
    are the reps of whom a nudge to a manager speaks. `url` is there only in what a channel delivers: it opens the person's own
    page, or one on which they say what they think of the nudge, to whoever has it, and is neither stored nor published. Where
    several nudges are one message, `parts` has them in the order of the lines of `text`, the first with the id of the message.
    """

    id: str
    kind: NudgeKind
    rule: str
    person: Person
    team: Person
    occasion: str
    day: date
    text: str
    reason: str
    playbook_from: date | None
    revision: int
    decided_at: datetime
    send_at: datetime
    about: tuple[Mention, ...] = ()
    url: str = ""
    parts: tuple[NudgePart, ...] = ()


class NudgeDelivered(_Message):
    """The `data` of `nudge.delivered.v1`: a channel said yes to a nudge."""

    nudge_id: str
    channel: str
    attempts: int
    delivered_at: datetime


class NudgeRevised(_Message):
    """The `data` of `nudge.revised.v1`: a day was reported anew after a nudge about it was sent. `holds` says whether the nudge
    is called for by what is known now, `because` in words why not; a nudge may come to hold again. `revision` is that of the
    newest report of the nudge's own day."""

    nudge_id: str
    rule: str
    person: Person
    day: date
    holds: bool
    because: str
    revision: int
    revised_at: datetime


class PlaybookWithdrawn(_Message):
    """The `data` of `playbook.withdrawn.v1`: a version that was announced to a rep, so many `times`, will not come to judge
    them as things now stand."""

    rep_id: str
    version: int
    times: int
    withdrawn_at: datetime


class PlaybookTold(_Message):
    """The `data` of `playbook.told.v1`: the first channel took the announcement of a version to a rep."""

    rep_id: str
    version: int
    told_at: datetime


class PlaybookAcknowledged(_Message):
    """The `data` of `playbook.acknowledged.v1`: a rep says that they have read a version, of which they then were told."""

    rep_id: str
    version: int
    told_at: datetime
    acknowledged_at: datetime
