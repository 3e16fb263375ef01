"""Today's roster for whoever runs Daymark: who is in which team, who is away soon, and which holidays come."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.scoring.domain.roster.calendar import holidays_between, rep_day_of, team_day_of
from services.scoring.domain.roster.contacts import PersonToday, list_people
from services.scoring.domain.roster.roster import Absence, Rep, Roster, Team
from shared.events import PersonId, TeamId

LISTED_MAX: Final = 100
"""A roster with more people is shown team by team."""
_ABSENCES_AHEAD: Final = timedelta(days=13)
_HOLIDAYS_AHEAD: Final = timedelta(days=59)

Region = tuple[str, str]
"""A country and a part of it; either may be empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepToday:
    """A rep who is employed today, the `person` as they are reached, and the absences of two weeks."""

    rep: Rep
    person: PersonToday
    today: date
    absences: tuple[Absence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamToday:
    """A team, and whether its people are listed. `former` are reps who have left, the newest first."""

    team: Team
    reps_count: int
    is_listed: bool
    managers: tuple[PersonToday, ...]
    reps: tuple[RepToday, ...]
    former: tuple[Rep, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """By which so many reps work, and its holidays of the next 60 days."""

    region: Region
    reps_count: int
    holidays: tuple[tuple[date, str], ...]


def list_teams(roster: Roster, *, only: TeamId | None, now: datetime) -> tuple[TeamToday, ...]:
    """Teams in the order of the roster, people by name. Of a large roster the people of one team are listed: `only`, or the
    first."""
    people = {person.id: person for person in list_people(roster, now=now)}
    if only is None and len(people) > LISTED_MAX:
        only = roster.teams[0].id
    return tuple(_team_today(team, roster, people, is_listed=only in (None, team.id), now=now) for team in roster.teams)


def list_calendars(reps: Iterable[RepToday], *, now: datetime) -> tuple[Calendar, ...]:
    """Of these reps, by country."""
    counts = Counter(_region(rep) for rep in reps)
    today = now.date()
    return tuple(
        Calendar(
            region=region,
            reps_count=count,
            holidays=tuple(holidays_between(*region, first=today, last=today + _HOLIDAYS_AHEAD)),
        )
        for region, count in sorted(counts.items())
    )


def _team_today(
    team: Team, roster: Roster, people: dict[PersonId, PersonToday], *, is_listed: bool, now: datetime
) -> TeamToday:
    reps = list(_reps_today(team, roster, people, now=now))
    managers = [people[manager.id] for manager in team.managers if manager.leads_on(team_day_of(roster, team.id, now))]
    return TeamToday(
        team=team,
        reps_count=len(reps),
        is_listed=is_listed,
        managers=tuple(sorted(managers, key=lambda person: person.name.casefold())) if is_listed else (),
        reps=tuple(sorted(reps, key=lambda rep: rep.rep.name.casefold())) if is_listed else (),
        former=tuple(_former(team, roster, now=now)) if is_listed else (),
    )


def _former(team: Team, roster: Roster, *, now: datetime) -> list[Rep]:
    """Those who were in the team on their last day."""
    left = [
        (rep.left, rep)
        for rep in roster.reps_of(team.id)
        if rep.left is not None and rep.left < rep_day_of(rep, now) and rep.on(rep.left).team == team.id
    ]
    return [rep for _, rep in sorted(left, key=lambda entry: (entry[0], entry[1].id), reverse=True)]


def _reps_today(team: Team, roster: Roster, people: dict[PersonId, PersonToday], *, now: datetime) -> Iterator[RepToday]:
    for rep in roster.reps_of(team.id):
        today = rep_day_of(rep, now)
        if rep.is_employed_on(today) and rep.on(today).team == team.id:
            absences = [
                absence for absence in rep.absences if absence.last >= today and absence.first <= today + _ABSENCES_AHEAD
            ]
            yield RepToday(
                rep=rep,
                person=people[rep.id],
                today=today,
                absences=tuple(sorted(absences, key=lambda absence: absence.first)),
            )


def _region(rep: RepToday) -> Region:
    term = rep.rep.on(rep.today)
    return term.country or "", term.subdivision or ""
