"""A rep's worked days over months, for rules that compare now with what is usual."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamBaseline
from services.nudges.domain.drop.levels import DayCount, at_level
from shared.events import BehaviourKey


@dataclass(frozen=True, kw_only=True, slots=True)
class PastDay:
    """A worked day: the counts of the behaviours that had a target, and the part of the day that was worked (above 0, at most
    1)."""

    day: date
    counts: Mapping[BehaviourKey, int]
    part: float = 1.0

    @property
    def total(self) -> int:
        """Everything that counted."""
        return sum(self.counts.values())

    @property
    def has_activity(self) -> bool:
        return self.total > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class MiddayCounts:
    """Counts of a worked day by its middle (of behaviours that had a target) and by its end (of all)."""

    by_midday: Mapping[BehaviourKey, int]
    by_end: Mapping[BehaviourKey, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """What is known of a rep over months: the worked days on which the same counted as now, oldest first; the team's own
    baseline, and how busy it was on each day; the budget of false alerts, None until the team is calibrated; and the day of the
    last alert, if any."""

    past: tuple[PastDay, ...]
    team: TeamBaseline
    budget: ErrorBudget | None
    levels: Mapping[date, float] = field(default_factory=dict)
    alerted_on: date | None = None

    @property
    def active(self) -> tuple[PastDay, ...]:
        """The days on which anything counted."""
        return tuple(day for day in self.past if day.has_activity)

    @property
    def active_share(self) -> float:
        """Which share of the days these are; 0 without any day."""
        return len(self.active) / len(self.past) if self.past else 0.0


def total_of(past: PastDay, levels: Mapping[date, float]) -> WorkedDay:
    """Everything that counted on a day, as one count, and how much of a normal day it was."""
    return at_level(DayCount(day=past.day, count=past.total, part=past.part), levels)
