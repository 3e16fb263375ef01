"""A team's definition of success, from a date on."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain, zip_longest
from typing import Literal

from services.scoring.domain.playbook.unverified import Unverified


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
    """A count over a period, reached in steps of `step`; of sizes between `step_min` and `step_max` where both are given, as
    each rep's own days suggest, the first of `step`."""

    key: str
    label: str
    counts: Filter
    period: Literal["week", "month", "quarter"]
    step: int
    step_min: int | None = None
    step_max: int | None = None

    def period_start(self, day: date) -> date:
        """The first day of the period that the day lies in; weeks begin on Monday."""
        if self.period == "week":
            return day - timedelta(days=day.weekday())
        months = 1 if self.period == "month" else 3
        return day.replace(month=(day.month - 1) // months * months + 1, day=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Playbook:
    """One version. `effective_from` is a date in each rep's own calendar. `revises` is why it begins before it was applied;
    empty where it does not. `number` tells editions apart, also two that begin on the same day; 0 before it is applied."""

    team: str
    effective_from: date
    behaviours: tuple[Behaviour, ...]
    goals: tuple[Goal, ...]
    unverified: Unverified | None = None
    revises: str = field(default="", compare=False)
    number: int = field(default=0, compare=False)

    @property
    def leaves_out_unverified(self) -> bool:
        """Whether it marks some activities, and does not count those."""
        return self.unverified is not None and not self.unverified.counts

    @property
    def counting(self) -> tuple[Behaviour | Goal, ...]:
        """Everything that it counts."""
        return self.behaviours + self.goals


class Playbooks:
    """Every version of every team."""

    def __init__(self, versions: Iterable[Playbook]) -> None:
        self._versions: dict[str, list[Playbook]] = {}
        for version in sorted(versions, key=lambda one: one.effective_from):
            self._versions.setdefault(version.team, []).append(version)

    def in_force(self, team: str, day: date) -> Playbook | None:
        """The newest version of the team that had begun by `day`; None before the first."""
        versions = self._versions.get(team, [])
        begun = bisect_right(versions, day, key=lambda version: version.effective_from)
        return versions[begun - 1] if begun else None

    def __iter__(self) -> Iterator[Playbook]:
        """All of them, team by team, the earliest first."""
        return chain.from_iterable(self._versions[team] for team in sorted(self._versions))

    def of(self, team: str) -> Sequence[Playbook]:
        """Every version of a team, the earliest first."""
        return self._versions.get(team, [])

    def from_day(self, team: str, day: date) -> Iterator[tuple[Playbook, date]]:
        """Each version of the team that is in force on the day or later, with the last day on which it is."""
        versions = self._versions.get(team, [])
        begun = bisect_right(versions, day, key=lambda version: version.effective_from)
        for version, following in zip_longest(versions[max(begun - 1, 0) :], versions[max(begun, 1) :]):
            yield version, following.effective_from - timedelta(days=1) if following is not None else date.max

    def with_version(self, changed: Playbook) -> "Playbooks":
        """These, with one that begins on the same day replaced."""
        kept = [one for one in self if (one.team, one.effective_from) != (changed.team, changed.effective_from)]
        return Playbooks([*kept, changed])
