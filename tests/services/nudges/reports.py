"""Reports of days for tests, with everything that a test does not care about filled in."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.nudges.context.rule_context import Situation
from services.nudges.decide.compose import nudge_of
from services.nudges.domain.baseline import PastDay, Watch
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TEAM_UNKNOWN, TeamUsual
from services.nudges.domain.history import history_of
from services.nudges.rules.plan_done import plan_done
from shared.events import (
    BehaviourDefinition,
    BehaviourResult,
    DayReport,
    GoalResult,
    Manager,
    Nudge,
    Person,
    PlaybookAnnounced,
    Presence,
)

MONDAY = date(2026, 3, 2)
MADRID = ZoneInfo("Europe/Madrid")


def at(day: date, local: str) -> datetime:
    """A time on the clock in Madrid, in UTC."""
    return datetime.combine(day, time.fromisoformat(local), tzinfo=MADRID).astimezone(UTC)


def report(
    day: date = MONDAY, *, score: float | None = 60, count: int = 1, first: str | None = "09:40", **changes: Any
) -> DayReport:
    """A closed working day of Ana's, 9:00 to 17:00 with its middle at 13:00."""
    working = changes.get("presence", Presence.WORKING) is Presence.WORKING
    following = day + timedelta(days=3 if day.weekday() == 4 else 1)
    given: dict[str, Any] = {
        "rep": Person(id="ana", name="Ana Ruiz"),
        "team": Person(id="north", name="North"),
        "managers": (Manager(id="mara", name="Mara Lind", timezone="Europe/Madrid"),),
        "timezone": "Europe/Madrid",
        "day": day,
        "state": "closed",
        "presence": Presence.WORKING,
        "work_starts_at": at(day, "09:00") if working else None,
        "work_ends_at": at(day, "17:00") if working else None,
        "next_work_starts_at": at(following, "09:00"),
        "playbook_from": date(2026, 1, 1),
        "playbook_version": 1,
        "behaviours": (
            BehaviourResult(
                key="calls", label="Calls", count=count, target=Decimal(10), weight=Decimal(1), points=Decimal(score or 0)
            ),
        ),
        "score": Decimal(score) if score is not None else None,
        "revision": 1,
        "first_counted_at": at(day, first) if first and count else None,
        "silent": False,
    }
    return DayReport(**(given | changes))


def worked_days(*scores: float, until: date = MONDAY) -> list[DayReport]:
    """Closed days with these scores on the working days just before `until`, oldest first."""
    days, day = [], until
    for score in reversed(scores):
        day -= timedelta(days=3 if day.weekday() == 0 else 1)
        days.append(report(day, score=score))
    return days[::-1]


def situation(report: DayReport, *before: DayReport, now: datetime | None = None, **others: Any) -> Situation:
    """How a day looks in the middle of it (or at another time), after these days."""
    return Situation(report=report, history=history_of(before), now=now or at(report.day, "13:00"), **others)


def asked(key: str = "calls", *, count: int, target: int = 10) -> BehaviourResult:
    """A behaviour of a day."""
    points = Decimal(100 * count) / target if target else Decimal(0)
    return BehaviourResult(
        key=key, label=key.capitalize(), count=count, target=Decimal(target), weight=Decimal(1), points=points
    )


def goal(count: int, **changes: Any) -> GoalResult:
    """Calls this month, in steps of 30 that may grow to 60 and shrink to 10."""
    given: dict[str, Any] = {
        "key": "month",
        "label": "Calls this month",
        "period": "month",
        "period_start": date(2026, 3, 1),
        "count": count,
        "step": 30,
        "steps_reached": count // 30,
        "step_min": 10,
        "step_max": 60,
    }
    return GoalResult(**(given | changes))


def behaviour(label: str, count: int, target: float, *, points: float = 0) -> BehaviourResult:
    """One line of a breakdown; its key is its label in small letters."""
    key = label.lower()
    return BehaviourResult(
        key=key, label=label, count=count, target=Decimal(str(target)), weight=Decimal(1), points=Decimal(str(points))
    )


def working_days(count: int, *, until: date = MONDAY) -> list[date]:
    """So many Mondays to Fridays just before a day, oldest first."""
    days = [until - timedelta(days=back) for back in range(1, 2 * count + 7)]
    return [day for day in days if day.weekday() < 5][:count][::-1]


def watch(*days: WorkedDay, alerted_on: date | None = None, team: TeamUsual | None = None) -> Watch:
    """What is known on a Monday after these days, of Mondays to Fridays, in a team that is all alike."""
    past = tuple(
        PastDay(day=day, counts={"calls": one.count}, part=one.exposure)
        for day, one in zip(working_days(len(days)), days, strict=True)
    )
    return Watch(past=past, team=team or TEAM_UNKNOWN, budget=ErrorBudget(), alerted_on=alerted_on)


def announcement(version: int = 1, binds_from: date = date(2026, 1, 1), **changes: Any) -> PlaybookAnnounced:
    """A definition that Ana is to be told of, from the playbook of her team that begins on the day on which it binds her."""
    calls = BehaviourDefinition(
        key="calls",
        label="Calls",
        counts="call",
        asks="10 a day",
        targets=(Decimal(10),) * 7,
        weight=Decimal(1),
        cap=Decimal("1.5"),
    )
    given: dict[str, Any] = {
        "rep": Person(id="ana", name="Ana Ruiz"),
        "team": Person(id="north", name="North"),
        "managers": (Person(id="mara", name="Mara Lind"),),
        "timezone": "Europe/Madrid",
        "version": version,
        "effective_from": binds_from,
        "binds_from": binds_from,
        "behaviours": (calls,),
        "goals": (),
        "unverified": (),
        "follows": None,
        "changes": (),
        "revises": "",
        "times": 1,
        "announced_at": at(MONDAY, "08:00"),
    }
    return PlaybookAnnounced(**(given | changes))


def nudge() -> Nudge:
    """Ana's plan is done."""
    now, done = at(MONDAY, "12:00"), report(score=100, state="open")
    called = plan_done(situation(done, now=now))
    assert called is not None
    return nudge_of(called, done, wording=0, decided_at=now, send_at=now)
