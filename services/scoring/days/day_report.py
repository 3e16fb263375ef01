"""The report of a day, whole, so that who receives it needs to ask nothing back."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from services.scoring.domain.day import Day, Definitions
from services.scoring.domain.playbook.playbook import Goal
from services.scoring.domain.roster.calendar import is_silent, next_work_start, presence_on, rep_day_of, working_time
from services.scoring.domain.score import Score
from shared.events import BehaviourResult, DayReport, GoalResult, Manager, Person

_FOUR_PLACES = Decimal("0.0001")
_REMEMBERED = 16_384

GoalCounts = list[tuple[Goal, int]]
"""The goals in force on a day, and how far each had come by then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """A report on its way: `event_type` is one of the three day events."""

    event_type: str
    report: DayReport
    traceparent: str
    at: datetime

    @property
    def event_id(self) -> str:
        report = self.report
        return f"{report.rep.id}:{report.day}:{report.revision}:{self.event_type}"

    @property
    def subject(self) -> str:
        return f"{self.report.rep.id}/{self.report.day}"

    @property
    def body(self) -> DayReport:
        return self.report


def report_of(day: Day, definitions: Definitions, goals: GoalCounts, *, now: datetime, history: bool) -> DayReport:
    """The report of a day of somebody in the roster.

    `history` says that only imported observations led to it; a closed day is then reported in silence.
    """
    rep = definitions.roster.reps[day.rep_id]
    team = definitions.roster.team_of(rep, day.day)
    playbook = definitions.playbook_of(rep, day.day)
    working = working_time(rep, day.day)
    presence, part = presence_on(rep, day.day)
    closed = day.state == "closed"
    return DayReport(
        rep=_person(rep.id, rep.name),
        team=_person(team.id, team.name),
        managers=tuple(_manager(one.id, one.name, one.timezone) for one in team.managers if one.leads_on(day.day)),
        timezone=rep.on(day.day).timezone,
        day=day.day,
        state="closed" if closed else "open",
        presence=presence,
        work_starts_at=working[0] if working else None,
        work_ends_at=working[1] if working else None,
        next_work_starts_at=next_work_start(rep, day.day),
        playbook_from=playbook.effective_from if playbook else None,
        playbook_version=playbook.number if playbook else None,
        behaviours=_behaviour_results(definitions.score_under(playbook, rep, day.day, day.tally.counts)),
        goals=tuple(_goal_result(goal, day.day, count) for goal, count in goals),
        score=day.score,
        revision=day.revision,
        first_counted_at=day.tally.first_counted_at,
        part=as_decimal(part) if part else Decimal(1),
        silent=closed and (history or is_silent(rep, day.day, today=rep_day_of(rep, now))),
    )


@lru_cache(maxsize=_REMEMBERED)
def _person(person_id: str, name: str) -> Person:
    return Person(id=person_id, name=name)


@lru_cache(maxsize=_REMEMBERED)
def _manager(manager_id: str, name: str, timezone: str | None) -> Manager:
    return Manager(id=manager_id, name=name, timezone=timezone)


@lru_cache(maxsize=_REMEMBERED)
def _behaviour_results(score: Score) -> tuple[BehaviourResult, ...]:
    return tuple(
        BehaviourResult(
            key=line.key,
            label=line.label,
            count=line.count,
            target=as_decimal(line.target),
            weight=as_decimal(line.weight),
            points=as_decimal(line.points),
        )
        for line in score.lines
    )


def _goal_result(goal: Goal, day: date, count: int) -> GoalResult:
    return GoalResult(
        key=goal.key,
        label=goal.label,
        period=goal.period,
        period_start=goal.period_start(day),
        count=count,
        step=goal.step,
        steps_reached=count // goal.step,
        step_min=goal.step_min,
        step_max=goal.step_max,
    )


@lru_cache(maxsize=_REMEMBERED)
def as_decimal(value: Fraction) -> Decimal:
    """A fraction for showing, with up to four decimals, half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    shown = exact.quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP).normalize()
    return shown.quantize(Decimal(1)) if shown == shown.to_integral() else shown
