"""Activities, reps and playbooks for tests, with everything filled in that a test does not care about."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.playbook.filters import make_filter
from services.scoring.domain.playbook.playbook import Behaviour, Playbook
from services.scoring.domain.roster.roster import Absence, Identity, Rep, Roster, Team, Term
from shared.events import BehaviourKey, PersonId, RepId, TeamId, VersionNumber
from shared.facts import STORED_FACTS, ColumnValue, Threshold
from shared.observation import SourceName

NORTH: Final = TeamId("north")
ACME: Final = SourceName("acme")
_LATE_MONDAY: Final = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
_NOTHING: Final[Mapping[str, ColumnValue]] = MappingProxyType({})
_ANYTHING: Final[Mapping[str, Threshold]] = MappingProxyType({})


def rep_id_of(name: str) -> RepId:
    return RepId(PersonId(name))


def activity(facts: Mapping[str, ColumnValue] = _NOTHING, *, is_deleted: bool = False) -> Activity:
    """A call of user 7 late on a Monday, with other facts by name."""
    values = {"kind": "call", "actor": "7", "started_at": _LATE_MONDAY, **facts}
    return Activity(is_deleted=is_deleted, values=tuple(values.get(fact.name) for fact in STORED_FACTS))


def term(
    first: date = date.min,
    *,
    team: TeamId = NORTH,
    timezone: str = "Europe/Madrid",
    country: str | None = None,
    subdivision: str | None = None,
    workdays: frozenset[int] = frozenset(range(5)),
    hours: tuple[time, time] = (time(9), time(17, 30)),
) -> Term:
    return Term(
        first=first,
        team=team,
        timezone=timezone,
        country=country,
        subdivision=subdivision,
        workdays=workdays,
        hours=hours,
    )


def rep(
    *terms: Term,
    name: str = "ana",
    shown_name: str = "Ana Ruiz",
    email: str | None = None,
    joined: date | None = None,
    left: date | None = None,
    absences: tuple[Absence, ...] = (),
    identities: tuple[Identity, ...] = (Identity(source=ACME, user="7"),),
) -> Rep:
    """A rep with these terms; by default with one that never ends."""
    return Rep(
        id=rep_id_of(name),
        name=shown_name,
        email=email,
        terms=terms or (term(),),
        joined=joined,
        left=left,
        absences=absences,
        identities=identities,
    )


def roster(*reps: Rep) -> Roster:
    return Roster(teams=(Team(id=NORTH, name="North", managers=(), reps=reps),))


def behaviour(
    key: str = "calls",
    *,
    target: float = 10,
    weight: float = 50,
    cap: float = 1.5,
    counts: Mapping[str, Threshold] = _ANYTHING,
) -> Behaviour:
    """`counts` are thresholds by their key in a playbook file."""
    return Behaviour(
        key=BehaviourKey(key),
        label=key.title(),
        counts=make_filter(counts),
        targets=(Fraction(target),) * 7,
        weight=Fraction(weight),
        cap=Fraction(cap),
    )


def playbook(
    *behaviours: Behaviour, effective_from: date = date(2026, 1, 1), team: TeamId = NORTH, number: int = 0
) -> Playbook:
    return Playbook(team=team, effective_from=effective_from, behaviours=behaviours, goals=(), number=VersionNumber(number))
