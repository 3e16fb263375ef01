"""Today's roster as a whole, as a reply."""

from datetime import datetime

from services.scoring.domain.roster.overview import Calendar, RepToday, TeamToday, list_calendars, list_teams
from services.scoring.domain.roster.roster import Roster
from services.scoring.requests.people import person_row
from shared.requests.roster.edits import CrmUser
from shared.requests.roster.overview import (
    AbsenceAhead,
    CalendarAhead,
    FormerRep,
    Holiday,
    OverviewQuery,
    RosterOverview,
    RosterRep,
    RosterTeam,
)


def overview_of(roster: Roster, query: OverviewQuery, *, now: datetime) -> RosterOverview:
    """Teams with their people, and the calendars of those who are listed."""
    teams = list_teams(roster, only=query.team, now=now)
    calendars = list_calendars([rep for team in teams for rep in team.reps], now=now)
    return RosterOverview(
        teams=tuple(_team(team) for team in teams), calendars=tuple(_calendar(calendar) for calendar in calendars)
    )


def _team(team: TeamToday) -> RosterTeam:
    return RosterTeam(
        id=team.team.id,
        name=team.team.name,
        reps_count=team.reps_count,
        is_listed=team.is_listed,
        managers=tuple(person_row(manager) for manager in team.managers),
        reps=tuple(_rep(rep) for rep in team.reps),
        former=tuple(FormerRep(person=rep.id, name=rep.name, last_day=rep.left) for rep in team.former if rep.left is not None),
    )


def _rep(rep: RepToday) -> RosterRep:
    row = person_row(rep.person)
    return RosterRep(
        person=row.person,
        name=rep.rep.name,
        role=row.role,
        teams=row.teams,
        ways=row.ways,
        because=row.because,
        today=rep.today,
        timezone=rep.rep.on(rep.today).timezone,
        last_day=rep.rep.left,
        users=tuple(
            CrmUser(source=identity.source, user=identity.user, account=identity.account) for identity in rep.rep.identities
        ),
        absences=tuple(
            AbsenceAhead(first=absence.first, last=absence.last, is_whole=absence.part >= 1) for absence in rep.absences
        ),
    )


def _calendar(calendar: Calendar) -> CalendarAhead:
    country, subdivision = calendar.region
    return CalendarAhead(
        country=country,
        subdivision=subdivision,
        reps_count=calendar.reps_count,
        holidays=tuple(Holiday(day=day, name=name) for day, name in calendar.holidays),
    )
