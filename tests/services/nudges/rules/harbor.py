"""The Harbor team, for examples: they sell software by conversations, meetings and proposals, and Laura Klein leads them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final, Unpack

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamMember
from services.nudges.domain.baseline import Baseline, MiddayCounts, PastDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamBaseline
from services.nudges.domain.history import history_of
from services.nudges.domain.ladder import Ladder
from services.nudges.domain.silence.evidence import PresentDay
from shared.events import (
    BehaviourKey,
    BehaviourResult,
    DayReport,
    GoalKey,
    GoalResult,
    Manager,
    ManagerId,
    PersonId,
    Presence,
    Rep,
    Team,
    TeamId,
    VersionNumber,
)
from tests.services.nudges.builders.days import at, working_days
from tests.services.nudges.builders.people import rep
from tests.services.nudges.builders.reports import DayReportFields, behaviour, goal, report
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.rules.teams import active_days

WEDNESDAY: Final = date(2026, 3, 11)
THURSDAY: Final = date(2026, 3, 12)
FRIDAY: Final = date(2026, 3, 13)
NEXT_MONDAY: Final = date(2026, 3, 16)
HARBOR: Final = Team(id=TeamId("harbor"), name="Harbor")
LAURA: Final = Manager(id=ManagerId(PersonId("laura")), name="Laura Klein", timezone="Europe/Madrid")
ANA, DIEGO, EMI, PRIYA, TOM = (rep(name) for name in ("Ana Ruiz", "Diego Santos", "Emi Sato", "Priya Nair", "Tom Becker"))
VERSION: Final = VersionNumber(3)
CONVERSATIONS: Final = BehaviourKey("conversations")
MEETINGS: Final = BehaviourKey("meetings")

Counts = tuple[int, int, int]
"""Conversations (of twelve), meetings (of two) and proposals (of one)."""
DONE: Final[Counts] = (12, 2, 1)
SHORT: Final[Counts] = (7, 1, 0)
NOTHING: Final[Counts] = (0, 0, 0)

_MARCH: Final = date(2026, 3, 1)
_HABIT_DAYS: Final = 40
_GOAL: Final = GoalKey("proposals-month")


def closed_day(of_rep: Rep, day: date, counts: Counts, **fields: Unpack[DayReportFields]) -> DayReport:
    """A day that is over, with these counts."""
    conversations, meetings, proposals = counts
    behaviours = (
        behaviour("Conversations", conversations, 12, weight=50),
        behaviour("Meetings", meetings, 2, weight=30),
        behaviour("Proposals", proposals, 1, weight=20),
    )
    default = report(day, score=_score(behaviours), count=conversations, rep=of_rep, team=HARBOR, managers=(LAURA,))
    return default.model_copy(update={"behaviours": behaviours, "playbook_version": VERSION, **fields})


def open_day(of_rep: Rep, counts: Counts, day: date = WEDNESDAY, **fields: Unpack[DayReportFields]) -> DayReport:
    """A day that goes on, with these counts so far."""
    return closed_day(of_rep, day, counts, **({"state": "open"} | fields))


def days_before(of_rep: Rep, *counts: Counts, until: date = WEDNESDAY) -> list[DayReport]:
    """The working days before a day with these counts, oldest first."""
    days = working_days(len(counts), until=until)
    return [closed_day(of_rep, day, of_day) for day, of_day in zip(days, counts, strict=True)]


def context_of(day: DayReport, *before: DayReport, now: str = "15:20") -> RuleContext:
    """A day at a local time of its own, after these days."""
    return RuleContext(report=day, history=history_of(before), now=at(day.day, now))


def proposals_this_month(count: int) -> GoalResult:
    """A goal in steps of four that may grow to ten and shrink to one."""
    return goal(count, key=_GOAL, label="Proposals this month", step=4, step_min=1, step_max=10)


def proposals_ladder(
    reached: int, size: str, *, period_start: date = _MARCH, reached_on: date | None = None, lowered_from: str | None = None
) -> Ladder:
    """The ladder of that goal."""
    return Ladder(
        goal=_GOAL,
        period_start=period_start,
        reached=reached,
        size=Decimal(size),
        reached_on=reached_on,
        lowered_from=Decimal(lowered_from) if lowered_from else None,
    )


def conversations_fell_to(total: int, days: int, *, mean: float = 13) -> Baseline:
    """Sixty steady days, and then a total of conversations over the last days."""
    worked = [*steady(mean, 60), *spread_over(total, days)]
    return _baseline([{CONVERSATIONS: past.count} for past in worked], mean=mean)


def meetings_fell_to(total: int) -> Baseline:
    """Thirteen conversations a day led to 60 meetings over forty days, and then to a total over twenty days."""
    meetings = [1 + number % 2 for number in range(40)] + [total // 20 + (number < total % 20) for number in range(20)]
    return _baseline([{CONVERSATIONS: 13, MEETINGS: of_day} for of_day in meetings], mean=13)


def _baseline(counts: Sequence[dict[BehaviourKey, int]], *, mean: float) -> Baseline:
    days = working_days(len(counts), until=WEDNESDAY)
    past = tuple(PastDay(day=day, counts=of_day) for day, of_day in zip(days, counts, strict=True))
    team = TeamBaseline(weekday_factors=(1.0,) * 7, dispersion=0.17)
    return Baseline(past=past, team=team, budget=ErrorBudget())


def middays(by_midday: int, by_end: int) -> tuple[MiddayCounts, ...]:
    """Forty worked days with so many conversations by their middle and by their end."""
    return (MiddayCounts(by_midday={CONVERSATIONS: by_midday}, by_end={CONVERSATIONS: by_end}),) * 40


def member(of_rep: Rep, *counts: Counts, until: date = NEXT_MONDAY) -> TeamMember:
    """A rep who knew the playbook long before, with these worked days before a day, oldest first."""
    days = tuple(reversed(days_before(of_rep, *counts, until=until)))
    announced = {VERSION: at(date(2026, 1, 2), "10:00")}
    return TeamMember(
        rep=of_rep,
        team=HARBOR,
        days=days,
        recognised_on=None,
        delivered_at=announced,
        active=active_days(days[::-1]),
    )


def back_member(of_rep: Rep, day: date) -> TeamMember:
    """A rep who works on a day after five working days of leave."""
    leave = [absent_day(of_rep, off) for off in working_days(5, until=day)]
    return TeamMember(rep=of_rep, team=HARBOR, days=(open_day(of_rep, NOTHING, day), *reversed(leave)), recognised_on=None)


def new_member(of_rep: Rep, day: date) -> TeamMember:
    """A rep whose first day it is."""
    days = (open_day(of_rep, NOTHING, day),)
    return TeamMember(rep=of_rep, team=HARBOR, days=days, recognised_on=None, is_first_day=True)


def habitual_member(of_rep: Rep, *, silent_days: int = 0, until: date = THURSDAY) -> TeamMember:
    """A rep who logged something on each of forty working days, and then nothing on the last ones before a day."""
    days = working_days(_HABIT_DAYS + silent_days, until=until)
    presence = tuple(PresentDay(day, number < _HABIT_DAYS) for number, day in enumerate(days))
    return replace(member(of_rep, NOTHING if silent_days else DONE, until=until), presence=presence)


def absent_member(of_rep: Rep, day: date) -> TeamMember:
    """A rep who was on leave on a day."""
    return TeamMember(rep=of_rep, team=HARBOR, days=(absent_day(of_rep, day),), recognised_on=None)


def absent_day(of_rep: Rep, day: date) -> DayReport:
    """A day of leave."""
    return report(day, score=None, count=0, presence=Presence.ABSENT, rep=of_rep, team=HARBOR)


def _score(behaviours: Sequence[BehaviourResult]) -> float:
    return sum(float(result.weight) * min(result.count / float(result.target), 1.5) for result in behaviours)
