"""What can be asked about today's roster as a whole: teams with their people, and the calendars by which they work."""

from datetime import date
from typing import Final

from shared.events import PersonId, TeamId
from shared.requests.endpoint import Endpoint, Schema
from shared.requests.people import PersonRow
from shared.requests.roster.edits import CrmUser


class OverviewQuery(Schema):
    """Everybody, or the people of one team. Of a large roster without a `team` it is the first one."""

    team: TeamId | None = None


class AbsenceAhead(Schema):
    """Days on which a rep is away, both included; of each day wholly, or else partly."""

    first: date
    last: date
    is_whole: bool


class RosterRep(PersonRow):
    """A rep with the CRM users that are theirs, and their absences of the next two weeks. `today` is the rep's. `last_day` is
    that of somebody who is leaving."""

    today: date
    timezone: str
    last_day: date | None = None
    users: tuple[CrmUser, ...] = ()
    absences: tuple[AbsenceAhead, ...] = ()


class FormerRep(Schema):
    """A rep whom the roster lists, and who is not employed any more."""

    person: PersonId
    name: str
    last_day: date


class RosterTeam(Schema):
    """A team of the roster, and how many reps it has today. Unless it is one of those asked for, it is without its people."""

    id: TeamId
    name: str
    reps_count: int
    is_listed: bool
    managers: tuple[PersonRow, ...] = ()
    reps: tuple[RosterRep, ...] = ()
    former: tuple[FormerRep, ...] = ()


class Holiday(Schema):
    day: date
    name: str


class CalendarAhead(Schema):
    """A country, or a part of it, with its public holidays of the next 60 days, and how many of the listed reps work by it.
    Without a country there are no holidays."""

    country: str
    subdivision: str
    reps_count: int
    holidays: tuple[Holiday, ...]


class RosterOverview(Schema):
    """Teams in the order of the file, people by name, calendars by country."""

    teams: tuple[RosterTeam, ...]
    calendars: tuple[CalendarAhead, ...]


ROSTER_OVERVIEW: Final = Endpoint(subject="roster.overview.v1", query=OverviewQuery, reply=RosterOverview)
