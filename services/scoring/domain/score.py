"""The daily score.

    score = 100 x sum(weight x min(count / target, cap)) / sum(weight)    over behaviours whose target that day is above 0

Everything is an exact fraction; rounding is for display only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from services.scoring.domain.playbook.playbook import Playbook
from shared.events import BehaviourKey

HUNDRED: Final = Fraction(100)
_FOUR_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One behaviour of the breakdown. `points` is its share of the score; 0 if the target is 0."""

    key: BehaviourKey
    label: str
    count: int
    target: Fraction
    weight: Fraction
    cap: Fraction
    points: Fraction


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Score:
    """`value` is None on a day without any target. `shown` is the value with two decimals.

    Scores compare by identity: `Definitions` returns one object for equal counts, and reports are cached by it.
    """

    value: Fraction | None
    shown: Decimal | None
    lines: tuple[Line, ...]


NO_SCORE: Final = Score(value=None, shown=None, lines=())


def score_day(playbook: Playbook | None, counts: Mapping[BehaviourKey, int], *, day: date, share: Fraction) -> Score:
    """The score of a day of which `share` (0 to 1) is worked. Targets are scaled by the share."""
    if playbook is None:
        return NO_SCORE
    targets = [behaviour.targets[day.weekday()] * share for behaviour in playbook.behaviours]
    weights = sum(
        (behaviour.weight for behaviour, target in zip(playbook.behaviours, targets, strict=True) if target > 0), Fraction(0)
    )
    lines = []
    for behaviour, target in zip(playbook.behaviours, targets, strict=True):
        count = counts.get(behaviour.key, 0)
        points = HUNDRED * behaviour.weight * min(count / target, behaviour.cap) / weights if target > 0 else Fraction(0)
        lines.append(
            Line(
                key=behaviour.key,
                label=behaviour.label,
                count=count,
                target=target,
                weight=behaviour.weight,
                cap=behaviour.cap,
                points=points,
            )
        )
    value = sum((line.points for line in lines), Fraction(0)) if weights else None
    return Score(value=value, shown=two_decimals(value) if value is not None else None, lines=tuple(lines))


def two_decimals(value: Fraction) -> Decimal:
    """The value as displayed: two decimals, half up."""
    cents = (value * 200 + 1) // 2  # floor(100 x value + 1/2), exactly
    return Decimal(cents).scaleb(-2)


@lru_cache(maxsize=16_384)
def as_decimal(value: Fraction) -> Decimal:
    """A fraction for display: up to four decimals, half up, without trailing zeros."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    shown = exact.quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP).normalize()
    return Decimal(f"{shown:f}")  # 10, not 1E+1
