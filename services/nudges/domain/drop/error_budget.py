"""How much evidence an alert takes, given a budget of false alerts for the whole process of daily monitoring."""

import math
from dataclasses import dataclass
from typing import Final

DAYS_PER_FALSE_ALERT: Final = 500
"""Drop and silence together may raise one false alert per rep in 250 judged days: each has half of that."""
COOLDOWN_DAYS: Final = 10
_CROSSINGS: Final = 0.15
_LIMIT_MIN: Final = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorBudget:
    """At most one false alert per rep in `days` judged days: working days, with activity or without. Calibration adds
    `strictness` to every limit; a negative strictness makes the limits laxer."""

    days: int = DAYS_PER_FALSE_ALERT
    strictness: float = 0.0

    def limit(self, active_share: float) -> float:
        """The evidence (the logarithm of a likelihood ratio) at or above which there is an alert, for a rep who is active on
        this share of their working days.

        The evidence of days without a drop reaches a limit about exp(-limit) times as often as it could (Wald's bound on
        likelihood ratios; Lorden 1971, Procedures for Reacting to a Change in Distribution). Neighbouring windows cross it
        together, so about one active day in seven starts a crossing of its own; the factor is counted on simulated days.
        """
        return max(_LIMIT_MIN, math.log(_CROSSINGS * self.days * active_share)) + self.strictness


def cooldown_days(window_days: int, active_share: float) -> int:
    """For how many active days after an alert the rule stays silent: those of ten working days, and long enough that no day is
    part of two alerts."""
    return max(math.ceil(COOLDOWN_DAYS * active_share), window_days)
