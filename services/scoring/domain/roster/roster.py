"""Who sells, in which team, on whose clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """Days from `first` to `last`, both included; `part` of each is taken off."""

    first: date
    last: date
    part: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A rep as one source knows them: the CRM's user id, in one account where the source serves several."""

    source: str
    user: str
    account: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Manager:
    """Leads the team from `first` to `last`, both included; None: always has, or still does."""

    id: str
    name: str
    email: str | None
    timezone: str | None
    first: date | None = None
    last: date | None = None

    def leads_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """Where and how a rep works from `first` on, until the next term; the first of all has no beginning.

    `workdays` counts Monday as 0. `hours` bound, on the rep's own clock, when a nudge may reach them.
    """

    first: date
    team: str
    timezone: str
    country: str | None
    subdivision: str | None
    workdays: frozenset[int]
    hours: tuple[time, time]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rep:
    """`terms` in order, at least one; the first begins at `date.min`."""

    id: str
    name: str
    email: str | None
    terms: tuple[Term, ...]
    joined: date | None
    left: date | None
    absences: tuple[Absence, ...]
    identities: tuple[Identity, ...]

    def is_employed_on(self, day: date) -> bool:
        return (self.joined is None or self.joined <= day) and (self.left is None or day <= self.left)

    def __hash__(self) -> int:
        """Of the id alone: what is remembered for a rep is looked up often, and a whole rep takes long to hash."""
        return hash(self.id)

    def on(self, day: date) -> Term:
        """The term that the day lies in."""
        if len(self.terms) == 1:
            return self.terms[0]
        return next(term for term in reversed(self.terms) if term.first <= day)

    @property
    def teams(self) -> frozenset[str]:
        """Every team that the rep is, was or will be in."""
        return frozenset(term.team for term in self.terms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """`reps` are those who began in it."""

    id: str
    name: str
    managers: tuple[Manager, ...]
    reps: tuple[Rep, ...]


@dataclass(frozen=True, kw_only=True)
class Roster:
    """All teams. Rep ids and identities are unique over all of them."""

    teams: tuple[Team, ...]

    @cached_property
    def reps(self) -> Mapping[str, Rep]:
        return MappingProxyType({rep.id: rep for team in self.teams for rep in team.reps})

    def team_of(self, rep: Rep, day: date) -> Team:
        """The team that the rep is in on the day."""
        return self._teams[rep.on(day).team]

    def reps_of(self, team: str) -> list[Rep]:
        """Everybody who is, was or will be in the team."""
        return [rep for rep in self.reps.values() if team in rep.teams]

    def rep_of(self, *, source: str, account: str, actor: str) -> Rep | None:
        """Whose identity this is: one bound to the account first, then one for any account of the source."""
        found = self._by_identity.get((source, account, actor))
        return found if found is not None else self._by_identity.get((source, None, actor))

    @cached_property
    def _teams(self) -> dict[str, Team]:
        return {team.id: team for team in self.teams}

    @cached_property
    def _by_identity(self) -> dict[tuple[str, str | None, str], Rep]:
        return {
            (identity.source, identity.account, identity.user): rep for rep in self.reps.values() for identity in rep.identities
        }


NOBODY = Roster(teams=())
