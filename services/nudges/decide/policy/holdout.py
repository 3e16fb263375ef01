"""The lot by which some nudges that are due are held out, so that what sending does can be measured."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.events import NudgeKind

DRAWN_FOR: Final = frozenset({NudgeKind.CELEBRATION, NudgeKind.COACHING})
"""What is said to a rep about their own days. A definition is never held out, nor what a manager or operator is told."""
_BITS: Final = 53


@dataclass(frozen=True, kw_only=True, slots=True)
class Lot:
    """A `number` drawn evenly from 0 to 1 (1 itself excluded), and the probability with which a nudge is held out."""

    number: float
    held_out: float

    @property
    def is_held_out(self) -> bool:
        return self.number < self.held_out


@dataclass(frozen=True, kw_only=True, slots=True)
class Lottery:
    """`held_out` is the probability of being held out, `by_rule` that of rules that have one of their own."""

    seed: str
    held_out: float
    by_rule: Mapping[str, float] = field(default_factory=dict)

    def held_out_of(self, rule: str) -> float:
        """With which probability a nudge of a rule is held out."""
        return self.by_rule.get(rule, self.held_out)

    def draw(self, kind: NudgeKind, *, rule: str, person_id: str, occasion: str) -> Lot | None:
        """The lot of a nudge, the same whenever and wherever it is drawn; None where none is drawn."""
        held_out = self.held_out_of(rule)
        if kind not in DRAWN_FOR or held_out <= 0:
            return None
        words = (self.seed, rule, person_id, occasion)
        digest = hashlib.sha256("".join(f"{len(word)}:{word}" for word in words).encode()).digest()
        number = int.from_bytes(digest[:8], "big") >> (64 - _BITS)
        return Lot(number=number / 2**_BITS, held_out=held_out)
