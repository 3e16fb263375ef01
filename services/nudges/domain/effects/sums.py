"""Sums over assignments, from which the difference between sent and withheld follows.

Sums can be subtracted, so the sums over all people but one cost nothing extra.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from services.nudges.domain.effects.assignment import ObservedAssignment

_VARIANCE_MIN: Final = 1e-9


@dataclass(kw_only=True, slots=True)
class ArmSums:
    """Weighted sums over the assignments of one arm: of 1, x, y, x² and xy, with x the score before and y the score after."""

    weight: float = 0.0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def add(self, *, weight: float, x: float, y: float) -> None:
        self.weight += weight
        self.x += weight * x
        self.y += weight * y
        self.xx += weight * x * x
        self.xy += weight * x * y

    def __sub__(self, other: "ArmSums") -> "ArmSums":
        return ArmSums(
            weight=self.weight - other.weight,
            x=self.x - other.x,
            y=self.y - other.y,
            xx=self.xx - other.xx,
            xy=self.xy - other.xy,
        )

    def mean_at(self, x: float) -> float:
        """The mean of y at an x, on the least-squares line through the arm; a level line where all x are the same."""
        x_mean, y_mean = self.x / self.weight, self.y / self.weight
        variance = self.xx / self.weight - x_mean * x_mean
        slope = (self.xy / self.weight - x_mean * y_mean) / variance if variance > _VARIANCE_MIN else 0.0
        return y_mean + slope * (x - x_mean)


@dataclass(kw_only=True, slots=True)
class ExperimentSums:
    """The sums of both arms, and the unweighted sum of x over all `days`."""

    sent: ArmSums = field(default_factory=ArmSums)
    withheld: ArmSums = field(default_factory=ArmSums)
    days: int = 0
    x: float = 0.0

    def __sub__(self, other: "ExperimentSums") -> "ExperimentSums":
        return ExperimentSums(
            sent=self.sent - other.sent,
            withheld=self.withheld - other.withheld,
            days=self.days - other.days,
            x=self.x - other.x,
        )

    def difference(self) -> float:
        """How much higher y is when a nudge was sent, with both arms adjusted to the mean x of all days."""
        x = self.x / self.days
        return self.sent.mean_at(x) - self.withheld.mean_at(x)


def sum_assignments(assignments: Iterable[ObservedAssignment], *, mean_score_before: float) -> ExperimentSums:
    """The sums over assignments. x is the score before, less `mean_score_before`; a missing score before counts as the mean."""
    sums = ExperimentSums()
    for assignment in assignments:
        x = assignment.score_before - mean_score_before if assignment.score_before is not None else 0.0
        (sums.sent if assignment.is_sent else sums.withheld).add(weight=assignment.weight, x=x, y=assignment.score_after)
        sums.days += 1
        sums.x += x
    return sums
