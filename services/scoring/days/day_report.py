"""The report of a day. It is self-contained, so that its receivers never query scoring."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from services.scoring.days.goal_counts import GoalCounts
from services.scoring.domain.day import Day
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Goal
from services.scoring.domain.roster.calendar import is_silent, next_work_start, presence_on, rep_day_of, working_time
from services.scoring.domain.score import Score, as_decimal
from shared.event_types import EventType
from shared.events import BehaviourResult, DayReport, GoalResult, Manager, ManagerId, Rep, RepId, Team, TeamId
from shared.postgres.outbox import OutboxEvent, make_event

_CACHE_SIZE: Final = 16_384


def report_event(event_type: EventType[DayReport], report: DayReport, *, traceparent: str, at: datetime) -> OutboxEvent:
    """The event that carries a report: `day.opened.v1`, `day.changed.v1` or `day.closed.v1`."""
    return make_event(
        event_type,
        report,
        event_id=f"{report.rep.id}:{report.day}:{report.revision}:{event_type.name}",
        subject=f"{report.rep.id}/{report.day}",
        traceparent=traceparent,
        at=at,
    )


def make_report(day: Day, definitions: Definitions, goals: GoalCounts, *, now: datetime, is_history: bool) -> DayReport:
    """The report of a day of a rep in the roster.

    `is_history` says that only imported observations caused it. A closed day is then reported as silent.
    """
    rep = definitions.roster.reps[day.rep_id]
    team = definitions.roster.team_of(rep, day.day)
    playbook = definitions.playbook_of(rep, day.day)
    working = working_time(rep, day.day)
    presence, part = presence_on(rep, day.day)
    is_closed = day.state == "closed"
    return DayReport(
        rep=_rep(rep.id, rep.name),
        team=_team(team.id, team.name),
        managers=tuple(
            _manager(manager.id, manager.name, manager.timezone) for manager in team.managers if manager.leads_on(day.day)
        ),
        timezone=rep.on(day.day).timezone,
        day=day.day,
        state="closed" if is_closed else "open",
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
        thanks_from_colleagues=team.thanks_from_colleagues,
        silent=is_closed and (is_history or is_silent(rep, day.day, today=rep_day_of(rep, now))),
    )


@lru_cache(maxsize=_CACHE_SIZE)
def _rep(rep_id: RepId, name: str) -> Rep:
    return Rep(id=rep_id, name=name)


@lru_cache(maxsize=_CACHE_SIZE)
def _team(team_id: TeamId, name: str) -> Team:
    return Team(id=team_id, name=name)


@lru_cache(maxsize=_CACHE_SIZE)
def _manager(manager_id: ManagerId, name: str, timezone: str | None) -> Manager:
    return Manager(id=manager_id, name=name, timezone=timezone)


@lru_cache(maxsize=_CACHE_SIZE)
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
