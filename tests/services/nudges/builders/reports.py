"""Day reports, and the contexts in which rules judge them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, TypedDict, Unpack

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.baseline import Baseline, MiddayCounts
from services.nudges.domain.history import PLAN_DONE_SCORE, history_of
from services.nudges.domain.ladder import Ladder
from shared.events import (
    BehaviourKey,
    BehaviourResult,
    DayReport,
    GoalKey,
    GoalResult,
    Manager,
    Presence,
    Rep,
    RepId,
    Team,
    VersionNumber,
)
from tests.services.nudges.builders.announcements import VERSION_1
from tests.services.nudges.builders.days import MONDAY, at, next_working_day, working_days
from tests.services.nudges.builders.people import ANA, MARA, NORTH

MARCH: Final = date(2026, 3, 1)
MONTH_GOAL: Final = GoalKey("month")
CALLS: Final = BehaviourKey("calls")
PROPOSALS: Final = BehaviourKey("proposals")
DEMOS: Final = BehaviourKey("demos")


class DayReportFields(TypedDict, total=False):
    """Fields of a day report that a test may set."""

    rep: Rep
    team: Team
    managers: tuple[Manager, ...]
    timezone: str
    state: Literal["open", "closed"]
    presence: Presence
    work_starts_at: datetime | None
    work_ends_at: datetime | None
    next_work_starts_at: datetime | None
    playbook_from: date | None
    playbook_version: VersionNumber | None
    behaviours: tuple[BehaviourResult, ...]
    goals: tuple[GoalResult, ...]
    revision: int
    part: Decimal
    thanks_from_colleagues: bool
    silent: bool


class GoalFields(TypedDict, total=False):
    """Fields of a goal's result that a test may set."""

    key: GoalKey
    label: str
    period: Literal["week", "month", "quarter"]
    period_start: date
    step: int
    step_min: int | None
    step_max: int | None


def behaviour(label: str, count: int, target: float = 10, *, weight: float = 1) -> BehaviourResult:
    """One line of a breakdown. Its key is the label in small letters, with hyphens."""
    asked = Decimal(str(target))
    return BehaviourResult(
        key=BehaviourKey(label.lower().replace(" ", "-")),
        label=label,
        count=count,
        target=asked,
        weight=Decimal(str(weight)),
        points=100 * count / asked if asked else Decimal(0),
    )


def report(
    day: date = MONDAY,
    *,
    score: float | None = 60,
    count: int | None = None,
    first: str | None = "09:40",
    **fields: Unpack[DayReportFields],
) -> DayReport:
    """A closed working day of Ana's, 9:00 to 17:00 in Madrid with its middle at 13:00. Of ten calls `count` have counted, the
    first of them at `first`, local time; by default all of them if the plan is done, and one if it is not.
    """
    if count is None:
        count = 10 if score is not None and score >= PLAN_DONE_SCORE else 1
    is_working = fields.get("presence", Presence.WORKING) is Presence.WORKING
    default = DayReport(
        rep=ANA,
        team=NORTH,
        managers=(MARA,),
        timezone="Europe/Madrid",
        day=day,
        state="closed",
        presence=Presence.WORKING,
        work_starts_at=at(day, "09:00") if is_working else None,
        work_ends_at=at(day, "17:00") if is_working else None,
        next_work_starts_at=at(next_working_day(day), "09:00"),
        playbook_from=date(2026, 1, 1),
        playbook_version=VERSION_1,
        behaviours=(behaviour("Calls", count, 10),),
        score=Decimal(str(score)) if score is not None else None,
        revision=1,
        first_counted_at=at(day, first) if first and count else None,
        silent=False,
    )
    return default.model_copy(update=dict(fields))


def open_report(day: date = MONDAY, **fields: Unpack[DayReportFields]) -> DayReport:
    """A day that has just begun: nothing has counted yet."""
    return report(day, score=0, count=0, **({"state": "open"} | fields))


def worked_days(*scores: float, until: date = MONDAY) -> list[DayReport]:
    """Closed days with these scores on the working days just before `until`, oldest first."""
    days = working_days(len(scores), until=until)
    return [report(day, score=score) for day, score in zip(days, scores, strict=True)]


def rule_context(
    day_report: DayReport,
    *before: DayReport,
    now: datetime | None = None,
    baseline: Baseline | None = None,
    middays: tuple[MiddayCounts, ...] = (),
    teammates_done: tuple[RepId, ...] = (),
    ladders: tuple[Ladder, ...] = (),
    wants_day_plan: bool = False,
    knows_playbook: bool = False,
) -> RuleContext:
    """A day at 13:00, or at another time, after these days."""
    return RuleContext(
        report=day_report,
        history=history_of(before),
        now=now or at(day_report.day, "13:00"),
        baseline=baseline,
        middays=middays,
        teammates_done=teammates_done,
        ladders=ladders,
        wants_day_plan=wants_day_plan,
        knows_playbook=knows_playbook,
    )


def goal(count: int, **fields: Unpack[GoalFields]) -> GoalResult:
    """Calls this month, in steps of 30 that may grow to 60 and shrink to 10."""
    default = GoalResult(
        key=MONTH_GOAL,
        label="Calls this month",
        period="month",
        period_start=MARCH,
        count=count,
        step=30,
        steps_reached=count // fields.get("step", 30),
        step_min=10,
        step_max=60,
    )
    return default.model_copy(update=dict(fields))


def calls_and_demos(
    calls: int, demos: int, day: date = MONDAY, *, score: float | None = 60, **fields: Unpack[DayReportFields]
) -> DayReport:
    """A day that asks for ten calls and ten demos."""
    behaviours = (behaviour("Calls", calls, 10), behaviour("Demos", demos, 10))
    return report(day, score=score, **({"behaviours": behaviours} | fields))


def calls_and_proposals(
    calls: int, proposals: int, day: date = MONDAY, *, score: float | None = 60, **fields: Unpack[DayReportFields]
) -> DayReport:
    """A day that asks for ten calls and one proposal."""
    behaviours = (behaviour("Calls", calls, 10), behaviour("Proposals", proposals, 1))
    return report(day, score=score, **({"behaviours": behaviours} | fields))
