"""What the page of people says of each person, CRM user and calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.nudges.domain.phrases import clock_time, long_date, natural_name
from shared.events import PersonId, RepId, TeamId
from shared.languages.messages import gettext
from shared.reach import transport_name
from shared.requests.people import PersonRow, WayList
from shared.requests.roster.edits import CrmUser
from shared.requests.roster.overview import AbsenceAhead, CalendarAhead, RosterOverview, RosterRep, RosterTeam
from shared.requests.roster.person_status import PersonStatus, status_of_people
from shared.requests.scores import UnmatchedUser

USERS_SHOWN: Final = 20
"""Each has a menu with every rep, so many of them would make a large page."""
_UTC: Final = "UTC"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonLine:
    """A person of a team. `reached_by` says by which ways, in their order. `reached` is when a message last reached them; empty
    if none has. `problem` says why none does. `absences`, and the `last_day` of somebody who leaves, are in words."""

    id: PersonId
    name: str
    role: str
    reached_by: str
    reached: str
    problem: str
    has_no_contact: bool
    users: tuple[CrmUser, ...] = ()
    absences: tuple[str, ...] = ()
    last_day: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerLine:
    """A rep who has left, and when."""

    id: PersonId
    name: str
    last_day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamLines:
    id: TeamId
    name: str
    reps_count: int
    is_listed: bool
    people: tuple[PersonLine, ...]
    former: tuple[FormerLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UserLine:
    """A CRM user without a rep. `oldest` and `newest` are the days of the first and the last activity, empty if none has one.
    `number` tells the fields of the form apart."""

    number: int
    source: str
    account: str
    user: str
    activities: int
    oldest: str
    newest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarLine:
    country: str
    subdivision: str
    reps_count: int
    holidays: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleView:
    """The whole page. Besides the `users` there are `more_users`. `choices` are the reps whom a user can be, as pairs of an id
    and a name; none of a large roster."""

    teams: tuple[TeamLines, ...]
    users: tuple[UserLine, ...]
    more_users: int
    calendars: tuple[CalendarLine, ...]
    choices: tuple[tuple[RepId, str], ...]
    is_large: bool


def make_people(overview: RosterOverview, ways: WayList, unmatched: Sequence[UnmatchedUser], *, now: datetime) -> PeopleView:
    """Teams in the order of the roster, with their managers first."""
    today = now.date()
    is_large = not all(team.is_listed for team in overview.teams)
    return PeopleView(
        teams=tuple(_team(team, ways, now=now) for team in overview.teams),
        users=tuple(_user(number, user, today=today) for number, user in enumerate(unmatched[:USERS_SHOWN])),
        more_users=max(0, len(unmatched) - USERS_SHOWN),
        calendars=tuple(_calendar(calendar, today=today) for calendar in overview.calendars),
        choices=() if is_large else choices_of(overview.teams),
        is_large=is_large,
    )


def choices_of(teams: Iterable[RosterTeam]) -> tuple[tuple[RepId, str], ...]:
    """Every rep who is listed, by name; with the team, and with the id where two of a team have the same name."""
    labels = {RepId(rep.person): f"{natural_name(rep.name)} ({team.name})" for team in teams for rep in team.reps}
    alike = list(labels.values())
    named = {rep: f"{label}, {rep}" if alike.count(label) > 1 else label for rep, label in labels.items()}
    return tuple(sorted(named.items(), key=lambda choice: choice[1].casefold()))


def names_of(overview: RosterOverview) -> Mapping[str, str]:
    """Everybody who is listed, by id."""
    people: list[PersonRow] = [person for team in overview.teams for person in (*team.managers, *team.reps)]
    return {person.person: natural_name(person.name) for person in people}


def describe_instant(instant: datetime, *, now: datetime) -> str:
    """`Monday 9 March at 12:02 UTC`."""
    day = long_date(instant.date(), today=now.date())
    return gettext("{day} at {time} UTC").format(day=day, time=clock_time(instant, _UTC))


def _team(team: RosterTeam, ways: WayList, *, now: datetime) -> TeamLines:
    managers = [_person(status, (), (), now=now) for status in status_of_people(team.managers, ways)]
    reps = [
        replace(_person(status, rep.users, _absences(rep), now=now), last_day=_last_day(rep))
        for rep, status in zip(team.reps, status_of_people(team.reps, ways), strict=True)
    ]
    return TeamLines(
        id=team.id,
        name=team.name,
        reps_count=team.reps_count,
        is_listed=team.is_listed,
        people=(*managers, *reps),
        former=tuple(
            FormerLine(id=rep.person, name=natural_name(rep.name), last_day=long_date(rep.last_day, today=now.date()))
            for rep in team.former
        ),
    )


def _person(status: PersonStatus, users: tuple[CrmUser, ...], absences: tuple[str, ...], *, now: datetime) -> PersonLine:
    reached = [state.last_delivered_at for state in status.states if state.last_delivered_at is not None]
    return PersonLine(
        id=status.person,
        name=natural_name(status.name),
        role=status.role,
        reached_by=_reached_by(status.ways),
        reached=describe_instant(max(reached), now=now) if reached else "",
        problem=status.problem,
        has_no_contact=bool(status.because),
        users=users,
        absences=absences,
    )


def _reached_by(ways: Sequence[str]) -> str:
    """The first way, and those that are tried after it."""
    first, *others = [transport_name(way) for way in ways] or [""]
    for other in others:
        first = gettext("{first}, then by {second}").format(first=first, second=other)
    return gettext("Reached by {ways}").format(ways=first)


def _last_day(rep: RosterRep) -> str:
    return long_date(rep.last_day, today=rep.today) if rep.last_day is not None else ""


def _absences(rep: RosterRep) -> tuple[str, ...]:
    return tuple(_absence(absence, today=rep.today) for absence in rep.absences)


def _absence(absence: AbsenceAhead, *, today: date) -> str:
    first, last = long_date(absence.first, today=today), long_date(absence.last, today=today)
    if absence.last > absence.first:
        text = gettext("Away from {first} to {last}") if absence.is_whole else gettext("Partly away from {first} to {last}")
        return text.format(first=first, last=last)
    text = gettext("Away on {day}") if absence.is_whole else gettext("Partly away on {day}")
    return text.format(day=first)


def _user(number: int, user: UnmatchedUser, *, today: date) -> UserLine:
    oldest, newest = (
        long_date(instant.date(), today=today) if instant is not None else "" for instant in (user.oldest_at, user.newest_at)
    )
    return UserLine(
        number=number,
        source=user.source,
        account=user.account,
        user=user.user,
        activities=user.activities,
        oldest=oldest,
        newest=newest,
    )


def _calendar(calendar: CalendarAhead, *, today: date) -> CalendarLine:
    return CalendarLine(
        country=calendar.country,
        subdivision=calendar.subdivision,
        reps_count=calendar.reps_count,
        holidays=tuple((long_date(holiday.day, today=today), holiday.name) for holiday in calendar.holidays),
    )
