"""Activities, reps and playbooks for tests, with everything filled in that a test does not care about."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any, Final

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.playbook.filters import make_filter
from services.scoring.domain.playbook.playbook import Behaviour, Playbook
from services.scoring.domain.roster.roster import Identity, Rep, Roster, Team, Term
from shared.events import BehaviourKey, PersonId, RepId, TeamId, VersionNumber
from shared.facts import STORED_FACTS
from shared.observation import SourceName

NORTH: Final = TeamId("north")
ACME: Final = SourceName("acme")
FIRST_TERM: Final = Term(
    first=date.min,
    team=NORTH,
    timezone="Europe/Madrid",
    country=None,
    subdivision=None,
    workdays=frozenset(range(5)),
    hours=(time(9), time(17, 30)),
)
_TERM_FIELDS: Final = {field.name for field in fields(Term)}
_LATE_MONDAY: Final = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def rep_id_of(name: str) -> RepId:
    return RepId(PersonId(name))


def activity(*, is_deleted: bool = False, **values: Any) -> Activity:
    """A call of user 7 late on a Monday, by default; `values` are facts by name."""
    facts: dict[str, Any] = {"kind": "call", "actor": "7", "started_at": _LATE_MONDAY} | values
    return Activity(is_deleted=is_deleted, values=tuple(facts.get(fact.name) for fact in STORED_FACTS))


def rep(rep_id: str = "ana", *, moves: Sequence[Mapping[str, Any]] = (), **changes: Any) -> Rep:
    """`moves` change the term from their `first` on; other changes are of the rep, or of the first term."""
    terms = [replace(FIRST_TERM, **{name: value for name, value in changes.items() if name in _TERM_FIELDS})]
    for move in moves:
        terms.append(replace(terms[-1], **move))
    defaults: dict[str, Any] = {
        "id": rep_id_of(rep_id),
        "name": "Ana Ruiz",
        "email": None,
        "terms": tuple(terms),
        "joined": None,
        "left": None,
        "absences": (),
        "identities": (Identity(source=ACME, user="7"),),
    }
    return Rep(**(defaults | {name: value for name, value in changes.items() if name not in _TERM_FIELDS}))


def roster(*reps: Rep) -> Roster:
    return Roster(teams=(Team(id=NORTH, name="North", managers=(), reps=reps),))


def behaviour(key: str = "calls", *, target: float = 10, weight: float = 50, cap: float = 1.5, **counts: Any) -> Behaviour:
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
