"""Sums over draws, from which the difference between sent and held out follows. Those over all persons but one are had by
subtraction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from services.nudges.domain.effects.assignment import Draw

_SPREAD_MIN: Final = 1e-9


@dataclass(kw_only=True, slots=True)
class Arm:
    """Weighted sums over the days of one arm: of 1, x, y, x² and xy, where x is the score before and y the score after."""

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

    def __sub__(self, other: "Arm") -> "Arm":
        return Arm(
            weight=self.weight - other.weight,
            x=self.x - other.x,
            y=self.y - other.y,
            xx=self.xx - other.xx,
            xy=self.xy - other.xy,
        )

    def mean_at(self, x: float) -> float:
        """The mean of y at an x, by the straight line that fits the arm's days; a level one where they do not differ in x."""
        x_mean, y_mean = self.x / self.weight, self.y / self.weight
        spread = self.xx / self.weight - x_mean * x_mean
        slope = (self.xy / self.weight - x_mean * y_mean) / spread if spread > _SPREAD_MIN else 0.0
        return y_mean + slope * (x - x_mean)


@dataclass(kw_only=True, slots=True)
class Arms:
    """Both arms, and the sum of x over their `days`, each of which weighs the same here."""

    sent: Arm = field(default_factory=Arm)
    held_out: Arm = field(default_factory=Arm)
    days: int = 0
    x: float = 0.0

    def __sub__(self, other: "Arms") -> "Arms":
        return Arms(
            sent=self.sent - other.sent,
            held_out=self.held_out - other.held_out,
            days=self.days - other.days,
            x=self.x - other.x,
        )

    def difference(self) -> float:
        """How much higher y is after what was sent, both arms being brought to the mean x of all days."""
        x = self.x / self.days
        return self.sent.mean_at(x) - self.held_out.mean_at(x)


def arms_of(draws: Iterable[Draw], *, usual: float) -> Arms:
    """The sums over draws. x is the score before, less the `usual` one, for which a day without any before it is taken."""
    arms = Arms()
    for draw in draws:
        x = draw.score_before - usual if draw.score_before is not None else 0.0
        (arms.sent if draw.is_sent else arms.held_out).add(weight=draw.weight, x=x, y=draw.score_after)
        arms.days += 1
        arms.x += x
    return arms
