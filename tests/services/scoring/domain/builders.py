"""Reps and playbooks for tests, with everything that a test does not care about filled in."""

from datetime import date, time
from fractions import Fraction
from typing import Any

from services.scoring.domain.playbook import Behaviour, Filter, Playbook
from services.scoring.domain.roster import Identity, Rep, Roster, Team


def rep(rep_id: str = "ana", **changes: Any) -> Rep:
    given: dict[str, Any] = {
        "id": rep_id,
        "name": "Ana Ruiz",
        "email": None,
        "timezone": "Europe/Madrid",
        "country": None,
        "subdivision": None,
        "workdays": frozenset(range(5)),
        "hours": (time(9), time(17, 30)),
        "joined": None,
        "left": None,
        "absences": (),
        "identities": (Identity(source="acme", user="7"),),
    }
    return Rep(**(given | changes))


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
