"""Every message between services, as it travels: the one vocabulary that all of them share.

Each class is the `data` of one or more CloudEvents types; `shared/event_types.py` lists the types. Times are timezone-aware,
exact numbers are decimal text, and a reader ignores fields that it does not know.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NewType

from pydantic import BaseModel, ConfigDict, Field

from shared.playbook.phrases import PlaybookPhrases

PersonId = NewType("PersonId", str)
RepId = NewType("RepId", PersonId)
ManagerId = NewType("ManagerId", PersonId)
TeamId = NewType("TeamId", str)
BehaviourKey = NewType("BehaviourKey", str)
GoalKey = NewType("GoalKey", str)
NudgeId = NewType("NudgeId", str)
VersionNumber = NewType("VersionNumber", int)


class Message(BaseModel):
    """Fields are named in code as in the glossary; an alias keeps the name that a field has on the wire."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True, defer_build=True
    )


class Presence(StrEnum):
    """Why a rep is, or is not, expected to work on a day."""

    WORKING = "working"
    ABSENT = "absent"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    NOT_EMPLOYED = "not_employed"


class Person(Message):
    id: PersonId
    name: str


class Rep(Person):
    id: RepId


class Manager(Person):
    """Leads a rep on a day. Without a `timezone` nothing is sent to a manager: nobody knows when it would arrive."""

    id: ManagerId
    timezone: str | None = None


class Team(Message):
    id: TeamId
    name: str


class Mention(Message):
    """A rep whom a message to somebody else is about, and the behaviour in question, if any."""

    id: RepId
    behaviour: str = ""


class PossibleAbsence(Message):
    """Days, from `first` to `last` and both included, on which a rep may have been away. `url` opens the page on which the
    manager who receives the message can enter it; like the `url` of a nudge it is set only for delivery."""

    rep: Rep
    first: date
    last: date
    url: str = ""


class PossibleThanks(Message):
    """A rep whom the manager who receives the message is asked to recognise, by a nudge. `url` opens the page for writing to
    the rep; like that of a nudge it is set only for delivery."""

    rep: Rep
    nudge_id: NudgeId
    url: str = ""


class BehaviourResult(Message):
    """One line of the breakdown. `points` is its share: 100 x weight x min(count / target, cap) / sum of weights."""

    key: BehaviourKey
    label: str
    count: int
    target: Decimal
    weight: Decimal
    points: Decimal


class GoalResult(Message):
    """Progress towards a goal from `period_start` up to and including the day of the report. `step` is the size of the first
    step, and of every step while `step_min` and `step_max` are None; otherwise later steps follow the rep's own weeks, between
    these two. `steps_reached` counts steps of the first size."""

    key: GoalKey
    label: str
    period: Literal["week", "month", "quarter"]
    period_start: date
    count: int
    step: int
    steps_reached: int
    step_min: int | None = None
    step_max: int | None = None


class BehaviourDefinition(Message):
    """One behaviour as a version defines it. `counts` and `asks` are phrases: what counts, and how many. `targets` has one
    number per weekday, Monday first. `reason` is the manager's own."""

    key: BehaviourKey
    label: str
    counts: str
    asks: str
    targets: tuple[Decimal, ...]
    weight: Decimal
    cap: Decimal
    reason: str = ""


class GoalDefinition(Message):
    """One goal as a version defines it. `counts` is a phrase; `step` and its bounds are as in `GoalResult`."""

    key: GoalKey
    label: str
    counts: str
    period: Literal["week", "month", "quarter"]
    step: int
    step_min: int | None = None
    step_max: int | None = None


class DayReport(Message):
    """One rep's day, whole: the `data` of `day.opened.v1`, `day.changed.v1` and `day.closed.v1`. `revision` rises with every
    change of the day, so the newest report is known whatever the order of arrival. `score` is None on a day without a target. A
    message may reach the rep between `work_starts_at` and `work_ends_at` (None on a day that is not worked);
    `next_work_starts_at` is the first such time after this day. `playbook_version` judges the day. `first_counted_at` is when
    the earliest activity that counts began. `part` is how much of the day is worked, above 0 and at most 1. With
    `thanks_from_colleagues` others of the team may write to the rep. `silent` marks history about which nobody is contacted."""

    rep: Rep
    team: Team
    managers: tuple[Manager, ...]
    timezone: str
    day: date
    state: Literal["open", "closed"]
    presence: Presence
    work_starts_at: datetime | None
    work_ends_at: datetime | None
    next_work_starts_at: datetime | None
    playbook_from: date | None
    playbook_version: VersionNumber | None = None
    behaviours: tuple[BehaviourResult, ...]
    goals: tuple[GoalResult, ...] = ()
    score: Decimal | None
    revision: int
    first_counted_at: datetime | None
    part: Decimal = Decimal(1)
    thanks_from_colleagues: bool = False
    silent: bool


class PlaybookAnnounced(Message):
    """A version to be announced to one rep, whole: the `data` of `playbook.announced.v1`. It judges the rep from `binds_from`
    on, a day of theirs. `follows` is the start of the version that judged them until then (None if there was none), and
    `changes` says what differs. `translations` has its phrases by language. `unverified` says which activities the version
    marks. `revises` is why it begins in the past. `announcement_number` rises when it is announced again, for another first day
    or after a withdrawal. `message` is the manager's own. When only this changes, it comes again with a higher `wording`."""

    rep: Rep
    team: Team
    managers: tuple[Manager, ...]
    timezone: str
    version: VersionNumber
    effective_from: date
    binds_from: date
    behaviours: tuple[BehaviourDefinition, ...]
    goals: tuple[GoalDefinition, ...]
    unverified: tuple[str, ...]
    follows: date | None
    changes: tuple[str, ...]
    revises: str
    announcement_number: int = Field(alias="times")
    announced_at: datetime
    message: str = ""
    wording: int = 0
    translations: dict[str, PlaybookPhrases] = {}


class PlaybookWithdrawn(Message):
    """The `data` of `playbook.withdrawn.v1`: an announced version will not judge the rep after all."""

    rep_id: RepId
    version: VersionNumber
    announcement_number: int = Field(alias="times")
    withdrawn_at: datetime


class AnnouncementDelivered(Message):
    """The `data` of `playbook.told.v1`: a channel took the announcement of a version to a rep, for the first time."""

    rep_id: RepId
    version: VersionNumber
    delivered_at: datetime = Field(alias="told_at")


class PlaybookAcknowledged(Message):
    """The `data` of `playbook.acknowledged.v1`: a rep confirmed that they have read a version."""

    rep_id: RepId
    version: VersionNumber
    delivered_at: datetime = Field(alias="told_at")
    acknowledged_at: datetime


class NudgeKind(StrEnum):
    """`RECOGNITION` reminds a manager to recognise a rep; `THANKS` is what a manager says to a rep."""

    CELEBRATION = "celebration"
    COACHING = "coaching"
    RECOGNITION = "recognition"
    DIGEST = "digest"
    ANNOUNCEMENT = "announcement"
    CORRECTION = "correction"
    THANKS = "thanks"


class NudgePart(Message):
    """One of several nudges in a message. `url` is as in `Nudge`, for this nudge alone."""

    id: NudgeId
    kind: NudgeKind
    rule: str
    text: str
    url: str = ""


class Nudge(Message):
    """One message with one reason: the `data` of `nudge.decided.v1`, and what a channel delivers. At most one exists per rule,
    person and occasion. `reason` states the facts behind it. `about` lists the reps whom a message to a manager is about,
    `absences` the days on which one of them may have been away, and `thanks` those whom the manager is asked to recognise.
    `sender` is the person whose words it carries, if any. `url` opens a page for whoever has it; it is set only for delivery
    and is neither stored nor published. When several nudges share one message, `parts` lists them in the order of the lines of
    `text`; the first part has the id of the message. `for_rooms` has text and reason for chat rooms, in their language."""

    id: NudgeId
    kind: NudgeKind
    rule: str
    person: Person
    team: Team
    occasion: str
    day: date
    text: str
    reason: str
    playbook_from: date | None
    revision: int
    decided_at: datetime
    send_at: datetime
    about: tuple[Mention, ...] = ()
    absences: tuple[PossibleAbsence, ...] = ()
    thanks: tuple[PossibleThanks, ...] = ()
    sender: Person | None = None
    url: str = ""
    parts: tuple[NudgePart, ...] = ()
    for_rooms: tuple[str, str] | None = Field(default=None, exclude_if=lambda pair: pair is None)


class NudgeDelivered(Message):
    """The `data` of `nudge.delivered.v1`: a channel accepted a nudge."""

    nudge_id: NudgeId
    channel: str
    attempts: int
    delivered_at: datetime


class NudgeRevised(Message):
    """The `data` of `nudge.revised.v1`: a day was reported again after a nudge about it had been sent. `holds` says whether the
    nudge is still called for by what is known now, and `because` why not; a nudge may come to hold again. `revision` is that of
    the newest report of the nudge's own day."""

    nudge_id: NudgeId
    rule: str
    person: Person
    day: date
    holds: bool
    because: str
    revision: int
    revised_at: datetime
