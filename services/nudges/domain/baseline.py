"""A rep's worked days over months, as the rules see them that compare what is now with what is usual."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamUsual


@dataclass(frozen=True, kw_only=True, slots=True)
class PastDay:
    """A worked day: what counted, of each behaviour that had a target, and the part of the day that was worked, above 0 and
    up to 1."""

    day: date
    counts: Mapping[str, int]
    part: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Midday:
    """What had counted of each behaviour that had a target by the middle of a worked day, and of all by its end."""

    by_then: Mapping[str, int]
    in_all: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """What is known of a rep over months: their worked days, oldest first, as far as the same counted then as now; what is
    usual in their team; the budget of false alerts; and the day of the last alert, if any."""

    past: tuple[PastDay, ...]
    team: TeamUsual
    budget: ErrorBudget
    alerted_on: date | None = None


def worked_day_of(past: PastDay) -> WorkedDay:
    """All that counted on a day, as one count."""
    return WorkedDay(weekday=past.day.weekday(), count=sum(past.counts.values()), exposure=past.part)
