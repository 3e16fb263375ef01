"""Teams for tests, one line a rep: their last days, what was asked and done, when they were recognised."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.nudges.context.team_context import Member, TeamSituation
from shared.events import BehaviourResult, DayReport, Person, Presence
from tests.services.nudges.reports import report

FRIDAY = date(2026, 3, 13)
MONDAY = date(2026, 3, 16)
Done = tuple[int, int]
"""Calls of ten, meetings of one."""

PLAN, CALLS_ONLY, THIN = (10, 1), (10, 0), (3, 0)


def day_of(name: str, day: date, done: Done, **changes: Any) -> DayReport:
    """A closed day: calls weigh 50, meetings 50."""
    parts = (("calls", "Calls", done[0], 10), ("meetings", "Meetings", done[1], 1))
    behaviours = tuple(
        BehaviourResult(key=key, label=label, count=count, target=Decimal(target), weight=Decimal(50), points=Decimal(0))
        for key, label, count, target in parts
    )
    score = sum(50 * min(count / target, 1.0) for _, _, count, target in parts)
    given: dict[str, Any] = {
        "rep": Person(id=name.lower(), name=f"{name} X"),
        "behaviours": behaviours,
        "score": Decimal(score),
    }
    return report(day, **(given | changes))


def member(name: str, *done: Done, recognised_on: date | None = None, until: date = MONDAY, is_told: bool = True) -> Member:
    """Who worked like that on the working days before a day, oldest first, and was told of the playbook long ago or never."""
    days, day = [], until
    for one in reversed(done):
        day -= timedelta(days=3 if day.weekday() == 0 else 1)
        days.append(day_of(name, day, one))
    told = {1: date(2026, 1, 1)} if is_told else {}
    person = Person(id=name.lower(), name=f"{name} X")
    return Member(
        rep=person, team=Person(id="north", name="North"), days=tuple(days), recognised_on=recognised_on, told_on=told
    )


def on_leave(name: str, day: date) -> Member:
    away = day_of(name, day, (0, 0), presence=Presence.ABSENT, score=None)
    return Member(rep=away.rep, team=away.team, days=(away,), recognised_on=None)


def team(*members: Member, today: date = MONDAY, **changes: Any) -> TeamSituation:
    return TeamSituation(today=today, members=members, **changes)


def names_in(text: str, members: Sequence[Member]) -> list[str]:
    """The names in the order in which they stand in a text."""
    found = [name for one in members if (name := one.rep.name.partition(" ")[0]) in text]
    return sorted(found, key=text.index)
