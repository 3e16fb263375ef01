"""Teams for tests, one line per rep: what they did on their last days, when they were recognised, what they knew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, Unpack

from services.nudges.context.team_context import TeamContext, TeamMember, WeeklyBrief
from services.nudges.domain.baseline import PastDay
from shared.events import DayReport, Mention, Presence, Rep, VersionNumber
from tests.services.nudges.builders.announcements import VERSION_1
from tests.services.nudges.builders.days import at, working_days
from tests.services.nudges.builders.people import NORTH, rep
from tests.services.nudges.builders.reports import DayReportFields, behaviour, report

FRIDAY: Final = date(2026, 3, 13)
MONDAY: Final = date(2026, 3, 16)
Counts = tuple[int, int]
"""Calls of ten, and meetings of one."""

PLAN: Final[Counts] = (10, 1)
CALLS_ONLY: Final[Counts] = (10, 0)
FEW_CALLS: Final[Counts] = (3, 0)
LONG_AGO: Final = at(date(2026, 1, 1), "10:00")


def named(first_name: str) -> Rep:
    """A rep with this first name."""
    return rep(f"{first_name} Doe")


def day_of(name: str, day: date, counts: Counts, **fields: Unpack[DayReportFields]) -> DayReport:
    """A closed day. Calls weigh as much as meetings."""
    calls, meetings = counts
    score = 50 * min(calls / 10, 1.0) + 50 * min(meetings, 1)
    behaviours = (behaviour("Calls", calls, 10, weight=50), behaviour("Meetings", meetings, 1, weight=50))
    default: DayReportFields = {"rep": named(name), "behaviours": behaviours}
    return report(day, score=score, **(default | fields))


def member(
    name: str,
    *counts: Counts,
    recognised_on: date | None = None,
    until: date = MONDAY,
    delivered_at: datetime | None = LONG_AGO,
) -> TeamMember:
    """A rep with these worked days before a day, oldest first. The playbook was announced to them long ago, at another time, or
    never."""
    days = zip(working_days(len(counts), until=until), counts, strict=True)
    announced = {VERSION_1: delivered_at} if delivered_at is not None else {}
    return member_with([day_of(name, day, of_day) for day, of_day in days], name, announced, recognised_on=recognised_on)


def member_with(
    days: Sequence[DayReport],
    name: str,
    delivered_at: Mapping[VersionNumber, datetime],
    *,
    recognised_on: date | None = None,
) -> TeamMember:
    """A rep with these days, oldest first. Those with activity may be compared."""
    return TeamMember(
        rep=named(name),
        team=NORTH,
        days=tuple(reversed(days)),
        recognised_on=recognised_on,
        delivered_at=delivered_at,
        active=active_days(days),
    )


def active_days(days: Sequence[DayReport]) -> tuple[PastDay, ...]:
    """The counts of those of the days that had any activity."""
    counted = [(day.day, {behaviour.key: behaviour.count for behaviour in day.behaviours}) for day in days]
    return tuple(PastDay(day=day, counts=counts) for day, counts in counted if any(counts.values()))


def away(rep: TeamMember, returns: date | None) -> TeamMember:
    """The rep, who is away after their newest day: until a day, or for good."""
    newest, *others = rep.days
    starts_at = at(returns, "09:00") if returns is not None else None
    return replace(rep, days=(newest.model_copy(update={"next_work_starts_at": starts_at}), *others))


def absent_member(name: str, day: date) -> TeamMember:
    """A rep who was on leave on a day."""
    absent = report(day, score=None, count=0, presence=Presence.ABSENT, rep=named(name))
    return member_with([absent], name, {})


def team(*members: TeamMember, today: date = MONDAY, recognitions: int = 0, briefs: Sequence[WeeklyBrief] = ()) -> TeamContext:
    """A team on a day of its manager."""
    return TeamContext(today=today, members=members, recognitions=recognitions, briefs=tuple(briefs))


def brief(day: date, *names: str, behaviour: str = "calls") -> WeeklyBrief:
    """What the manager was asked to coach on a day: these reps, on one behaviour."""
    return WeeklyBrief(day=day, about=tuple(Mention(id=named(name).id, behaviour=behaviour) for name in names))


def names_in(text: str, members: Sequence[TeamMember]) -> list[str]:
    """The first names in the order in which they stand in a text."""
    names = [member.rep.name.partition(" ")[0] for member in members]
    return sorted((name for name in names if name in text), key=text.index)
