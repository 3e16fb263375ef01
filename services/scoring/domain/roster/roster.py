"""Teams, their managers and their reps."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final

from shared.events import ManagerId, PersonId, RepId, TeamId
from shared.observation import SourceName
from shared.reach import ContactPoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """Days from `first` to `last`, both included. `part` is the share of each day that is taken off."""

    first: date
    last: date
    part: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A rep's user id in one CRM. Without an `account` it holds in every account of the source."""

    source: SourceName
    user: str
    account: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Manager:
    """Leads the team from `first` to `last`, both included; None leaves that end open."""

    id: ManagerId
    name: str
    email: str | None
    timezone: str | None
    first: date | None = None
    last: date | None = None
    reach: tuple[ContactPoint, ...] = ()

    def leads_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """Where and how a rep works from `first` on, until the next term.

    `workdays` counts Monday as 0. `hours` are on the rep's own clock and limit when a nudge may reach them.
    """

    first: date
    team: TeamId
    timezone: str
    country: str | None
    subdivision: str | None
    workdays: frozenset[int]
    hours: tuple[time, time]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rep:
    """`terms` are in order, at least one; the first begins at `date.min`. `reach` is in the order of preference."""

    id: RepId
    name: str
    email: str | None
    terms: tuple[Term, ...]
    joined: date | None
    left: date | None
    absences: tuple[Absence, ...]
    identities: tuple[Identity, ...]
    reach: tuple[ContactPoint, ...] = ()

    def is_employed_on(self, day: date) -> bool:
        return (self.joined is None or self.joined <= day) and (self.left is None or day <= self.left)

    def __hash__(self) -> int:
        """Of the id alone: caches look reps up often, and hashing all fields takes long."""
        return hash(self.id)

    def absent_on(self, day: date) -> Fraction:
        """The share of the day that is taken off, by all absences together; it may exceed 1."""
        return sum((absence.part for absence in self.absences if absence.first <= day <= absence.last), Fraction(0))

    def on(self, day: date) -> Term:
        """The term that the day lies in."""
        return next(term for term in reversed(self.terms) if term.first <= day)

    @property
    def teams(self) -> frozenset[TeamId]:
        """Every team that the rep is, was or will be in."""
        return frozenset(term.team for term in self.terms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """`reps` are those who are listed under the team in the roster file. They may move to another team later. With
    `thanks_from_colleagues` whoever is in the team may thank the others."""

    id: TeamId
    name: str
    managers: tuple[Manager, ...]
    reps: tuple[Rep, ...]
    thanks_from_colleagues: bool = False


@dataclass(frozen=True, kw_only=True)
class Roster:
    """All teams. Ids of reps, and identities, are unique across teams."""

    teams: tuple[Team, ...]

    def __hash__(self) -> int:
        """Of the ids of teams alone: caches look rosters up often, and hashing everybody takes long."""
        return self._hash

    @cached_property
    def reps(self) -> Mapping[RepId, Rep]:
        return MappingProxyType({rep.id: rep for team in self.teams for rep in team.reps})

    @property
    def team_ids(self) -> Set[TeamId]:
        return self._teams.keys()

    @property
    def people(self) -> Set[PersonId]:
        """The ids of all reps and managers."""
        return {*self.reps, *(manager.id for team in self.teams for manager in team.managers)}

    @property
    def sources(self) -> Set[SourceName]:
        """Every source in which a rep has an identity."""
        return {identity.source for rep in self.reps.values() for identity in rep.identities}

    def name_of_manager(self, manager_id: ManagerId) -> str:
        """The name of a manager; the id of one whom the roster does not list."""
        managers = (manager for team in self.teams for manager in team.managers)
        return next((manager.name for manager in managers if manager.id == manager_id), manager_id)

    def is_managed_by(self, team_id: TeamId, manager_id: ManagerId, day: date) -> bool:
        team = self._teams.get(team_id)
        return team is not None and any(manager.id == manager_id and manager.leads_on(day) for manager in team.managers)

    def name_of_team(self, team_id: TeamId) -> str:
        """The name of a team that the roster has."""
        return self._teams[team_id].name

    def team_of(self, rep: Rep, day: date) -> Team:
        """The team that the rep is in on the day."""
        return self._teams[rep.on(day).team]

    def reps_of(self, team_id: TeamId) -> Sequence[Rep]:
        """Every rep who is, was or will be in the team."""
        return self._by_team.get(team_id, [])

    def find_rep(self, *, source: SourceName, account: str, user: str) -> Rep | None:
        """The rep with this identity. One for the account is preferred to one for every account of the source."""
        rep = self._by_identity.get((source, account, user))
        return rep if rep is not None else self._by_identity.get((source, None, user))

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(team.id for team in self.teams))

    @cached_property
    def _by_team(self) -> dict[TeamId, list[Rep]]:
        by_team: dict[TeamId, list[Rep]] = {}
        for rep in self.reps.values():
            for team_id in rep.teams:
                by_team.setdefault(team_id, []).append(rep)
        return by_team

    @cached_property
    def _teams(self) -> dict[TeamId, Team]:
        return {team.id: team for team in self.teams}

    @cached_property
    def _by_identity(self) -> dict[tuple[SourceName, str | None, str], Rep]:
        return {
            (identity.source, identity.account, identity.user): rep for rep in self.reps.values() for identity in rep.identities
        }


EMPTY_ROSTER: Final = Roster(teams=())
