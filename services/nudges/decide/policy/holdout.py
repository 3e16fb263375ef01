"""The holdout: some nudges that are due are withheld at random, so that the effect of sending can be measured."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from services.nudges.domain.candidate import Candidate
from shared.events import NudgeKind, PersonId

EXPERIMENT_KINDS: Final = frozenset({NudgeKind.CELEBRATION, NudgeKind.COACHING})
"""What a rep receives about their own days. Announcements are never withheld, nor is what managers and operators receive."""
_BITS: Final = 53


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """The outcome of the randomisation for one nudge: a `number` drawn uniformly from 0 (included) to 1 (excluded), and the
    probability with which such a nudge is withheld."""

    number: float
    holdout: float

    @property
    def is_withheld(self) -> bool:
        return self.number < self.holdout

    @property
    def propensity(self) -> float:
        """The probability with which the nudge was to be sent."""
        return 1 - self.holdout


@dataclass(frozen=True, kw_only=True, slots=True)
class Holdout:
    """`share` is the probability of being withheld, `by_rule` that of rules with one of their own."""

    seed: str
    share: float
    by_rule: Mapping[str, float] = field(default_factory=dict)

    def share_of(self, rule: str) -> float:
        """With which probability a nudge of a rule is withheld."""
        return self.by_rule.get(rule, self.share)

    def assign(self, candidate: Candidate, person_id: PersonId) -> Assignment | None:
        """The same assignment whenever and wherever it is made; None for a nudge that is no part of the experiment."""
        holdout = self.share_of(candidate.rule)
        if candidate.kind not in EXPERIMENT_KINDS or holdout <= 0:
            return None
        parts = (self.seed, candidate.rule, person_id, candidate.occasion)
        digest = hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).digest()
        number = int.from_bytes(digest[:8], "big") >> (64 - _BITS)
        return Assignment(number=number / 2**_BITS, holdout=holdout)
