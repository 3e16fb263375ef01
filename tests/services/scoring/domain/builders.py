"""Reps and playbooks for tests, with everything that a test does not care about filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, time
from fractions import Fraction
from typing import Any, Final

from services.scoring.domain.playbook.playbook import Behaviour, Filter, Playbook
from services.scoring.domain.roster.roster import Identity, Rep, Roster, Team, Term

FIRST_TERM: Final = Term(
    first=date.min,
    team="north",
    timezone="Europe/Madrid",
    country=None,
    subdivision=None,
    workdays=frozenset(range(5)),
    hours=(time(9), time(17, 30)),
)
_OF_A_TERM: Final = {field.name for field in fields(Term)}


def rep(rep_id: str = "ana", *, moves: Sequence[Mapping[str, Any]] = (), **changes: Any) -> Rep:
    """`moves` change the term from their `first` on; other changes are of the rep, or of the first term."""
    terms = [replace(FIRST_TERM, **{name: value for name, value in changes.items() if name in _OF_A_TERM})]
    for move in moves:
        terms.append(replace(terms[-1], **move))
    given: dict[str, Any] = {
        "id": rep_id,
        "name": "Ana Ruiz",
        "email": None,
        "terms": tuple(terms),
        "joined": None,
        "left": None,
        "absences": (),
        "identities": (Identity(source="acme", user="7"),),
    }
    return Rep(**(given | {name: value for name, value in changes.items() if name not in _OF_A_TERM}))


def roster(*reps: Rep) -> Roster:
    return Roster(teams=(Team(id="north", name="North", managers=(), reps=reps),))


def behaviour(key: str = "calls", *, target: float = 10, weight: float = 50, cap: float = 1.5, **counts: Any) -> Behaviour:
    return Behaviour(
        key=key,
        label=key.title(),
        counts=Filter(**counts),
        targets=(Fraction(target),) * 7,
        weight=Fraction(weight),
        cap=Fraction(cap),
    )


def playbook(*behaviours: Behaviour, effective_from: date = date(2026, 1, 1)) -> Playbook:
    return Playbook(team="north", effective_from=effective_from, behaviours=behaviours, goals=())
