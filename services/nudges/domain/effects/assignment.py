"""One lot that was drawn, and what came after it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """A nudge that was due: sent, or held out by lot. `chance` is the probability with which it was to be sent, above 0 and
    below 1. `score_after` is the score of the person's next worked day, in points; `score_before` the mean over their last
    worked days before, None when there are none."""

    person_id: str
    is_sent: bool
    chance: float
    score_before: float | None
    score_after: float

    def __post_init__(self) -> None:
        if not 0 < self.chance < 1:
            raise ValueError(f"a chance of {self.chance} is no lot: leave out what was certain")

    @property
    def weight(self) -> float:
        """The inverse of the probability of what happened (Horvitz and Thompson 1952)."""
        return 1 / self.chance if self.is_sent else 1 / (1 - self.chance)
