"""An estimate as a dot within its interval, on both sides of nothing."""

from dataclasses import dataclass
from typing import Final

WIDTH: Final = 200.0
HEIGHT: Final = 24.0
_MIDDLE: Final = WIDTH / 2
_MARGIN: Final = 6.0
"""So that a dot at the edge is seen whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What was estimated, with the ends of its interval."""

    points: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class IntervalChart:
    """In units of the view box. Nothing, the value 0, is in the middle."""

    width: float
    height: float
    middle_x: float
    y: float
    dot_x: float
    low_x: float
    high_x: float


def draw_interval(estimate: Estimate, *, reach: float) -> IntervalChart:
    """`reach` is the value at the right edge, and its negative that at the left. What lies beyond is drawn at the edge."""
    return IntervalChart(
        width=WIDTH,
        height=HEIGHT,
        middle_x=_MIDDLE,
        y=HEIGHT / 2,
        dot_x=_x(estimate.points, reach),
        low_x=_x(estimate.low, reach),
        high_x=_x(estimate.high, reach),
    )


def _x(value: float, reach: float) -> float:
    share = max(-1.0, min(1.0, value / reach))
    return round(_MIDDLE + share * (_MIDDLE - _MARGIN), 2)
