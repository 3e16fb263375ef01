"""A team's definition of success, from a date on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What counts. Every filter that is given must hold; None asks for nothing."""

    kinds: frozenset[str] | None = None
    min_duration_s: float | None = None
    outcomes: frozenset[str] | None = None
    directions: frozenset[str] | None = None
    min_amount: Decimal | None = None
    stages: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """One habit that is counted. `targets` holds one number per weekday, Monday first; 0 asks for nothing that day."""

    key: str
    label: str
    counts: Filter
    targets: tuple[Fraction, ...]
    weight: Fraction
    cap: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A count over a period, reached in steps of `step`."""

    key: str
    label: str
    counts: Filter
    period: Literal["week", "month", "quarter"]
    step: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Playbook:
    """One version. `effective_from` is a date in each rep's own calendar."""

    team: str
    effective_from: date
    behaviours: tuple[Behaviour, ...]
    goals: tuple[Goal, ...]


class Playbooks:
    """Every version of every team."""

    def __init__(self, versions: Iterable[Playbook]) -> None:
        self._versions: dict[str, list[Playbook]] = {}
        for version in sorted(versions, key=lambda one: one.effective_from):
            self._versions.setdefault(version.team, []).append(version)

    def in_force(self, team: str, day: date) -> Playbook | None:
        """The newest version of the team that had begun by `day`; None before the first."""
        begun = [version for version in self._versions.get(team, ()) if version.effective_from <= day]
        return begun[-1] if begun else None
