"""Day reports, announcements and nudges for tests, with everything filled in that a test does not care about."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from shared.events import (
    BehaviourDefinition,
    BehaviourKey,
    BehaviourResult,
    DayReport,
    GoalDefinition,
    GoalKey,
    GoalResult,
    Manager,
    ManagerId,
    Nudge,
    NudgeId,
    NudgeKind,
    Person,
    PersonId,
    PlaybookAnnounced,
    Presence,
    Rep,
    RepId,
    Team,
    TeamId,
    VersionNumber,
)
from tests.services.nudges.days import MONDAY, at

ANA: Final = Rep(id=RepId(PersonId("ana")), name="Ana Ruiz")
BEN: Final = Rep(id=RepId(PersonId("ben")), name="Ben Ode")
MARA: Final = Manager(id=ManagerId(PersonId("mara")), name="Mara Lind", timezone="Europe/Madrid")
JON: Final = Manager(id=ManagerId(PersonId("jon")), name="Jon Bee", timezone="Europe/Madrid")
NORTH: Final = Team(id=TeamId("north"), name="North")
SOUTH: Final = Team(id=TeamId("south"), name="South")
NOON: Final = at(MONDAY, "12:00")


def make_rep(rep_id: str, name: str = "Ana Ruiz") -> Rep:
    return Rep(id=RepId(PersonId(rep_id)), name=name)


def make_team(team_id: str) -> Team:
    return Team(id=TeamId(team_id), name=team_id.title())


def behaviour(label: str, count: int, target: float = 10) -> BehaviourResult:
    """One line of a breakdown. Its key is the label in lower case."""
    return BehaviourResult(
        key=BehaviourKey(label.lower()),
        label=label,
        count=count,
        target=Decimal(str(target)),
        weight=Decimal(1),
        points=Decimal(0),
    )


def day_report(
    day: date = MONDAY, *, score: float | None = 60, count: int = 1, rep: Rep = ANA, team: Team = NORTH, **changes: Any
) -> DayReport:
    """A closed working day of Ana's from 9:00 to 17:00 with this many calls, unless changed."""
    is_worked = changes.get("presence", Presence.WORKING) is Presence.WORKING
    next_day = day + timedelta(days=3 if day.weekday() == 4 else 1)
    fields: dict[str, Any] = {
        "rep": rep,
        "team": team,
        "managers": (MARA,),
        "timezone": "Europe/Madrid",
        "day": day,
        "state": "closed",
        "presence": Presence.WORKING,
        "work_starts_at": at(day, "09:00") if is_worked else None,
        "work_ends_at": at(day, "17:00") if is_worked else None,
        "next_work_starts_at": at(next_day, "09:00"),
        "playbook_from": date(2026, 1, 1),
        "playbook_version": VersionNumber(1),
        "behaviours": (behaviour("Calls", count),),
        "score": Decimal(str(score)) if score is not None else None,
        "revision": 1,
        "first_counted_at": at(day, "09:40") if count else None,
        "silent": False,
    }
    return DayReport.model_validate({**fields, **changes})


def goal(count: int, *, key: str = "month", label: str = "Calls this month", **changes: Any) -> GoalResult:
    """Progress towards a monthly goal in steps of 30."""
    fields: dict[str, Any] = {
        "key": GoalKey(key),
        "label": label,
        "period": "month",
        "period_start": date(2026, 3, 1),
        "count": count,
        "step": 30,
        "steps_reached": count // 30,
        "step_min": 10,
        "step_max": 60,
    }
    return GoalResult.model_validate({**fields, **changes})


def goal_definition() -> GoalDefinition:
    return GoalDefinition(key=GoalKey("month"), label="Calls this month", counts="call", period="month", step=30)


def behaviour_definition(label: str = "Calls", **changes: Any) -> BehaviourDefinition:
    """Ten calls a day."""
    fields: dict[str, Any] = {
        "key": BehaviourKey(label.lower()),
        "label": label,
        "counts": "call",
        "asks": "10 a day",
        "targets": (Decimal(10),) * 7,
        "weight": Decimal(1),
        "cap": Decimal("1.5"),
    }
    return BehaviourDefinition.model_validate({**fields, **changes})


def announcement(version: int = 1, binds_from: date = date(2026, 1, 1), **changes: Any) -> PlaybookAnnounced:
    """A version that is announced to Ana, of a playbook that begins on the day from which it judges her."""
    fields: dict[str, Any] = {
        "rep": ANA,
        "team": NORTH,
        "managers": (MARA,),
        "timezone": "Europe/Madrid",
        "version": VersionNumber(version),
        "effective_from": binds_from,
        "binds_from": binds_from,
        "behaviours": (behaviour_definition(),),
        "goals": (),
        "unverified": (),
        "follows": None,
        "changes": (),
        "revises": "",
        "announcement_number": 1,
        "announced_at": at(MONDAY, "08:00"),
    }
    return PlaybookAnnounced.model_validate({**fields, **changes})


def make_nudge(nudge_id: str = "plan-done", *, person: Person = ANA, send_at: datetime = NOON, **changes: Any) -> Nudge:
    """Ana has done her plan for Monday."""
    fields: dict[str, Any] = {
        "id": NudgeId(nudge_id),
        "kind": NudgeKind.CELEBRATION,
        "rule": "plan_done",
        "person": Person(id=person.id, name=person.name),
        "team": NORTH,
        "occasion": nudge_id,
        "day": MONDAY,
        "text": f"{person.name.split(' ')[0]}, you did your plan for today: 10 of 10 calls.",
        "reason": "Calls 10 of 10.",
        "playbook_from": date(2026, 1, 1),
        "revision": 1,
        "decided_at": NOON,
        "send_at": send_at,
    }
    return Nudge.model_validate({**fields, **changes})
