"""One randomised assignment, and the score that followed it."""

from dataclasses import dataclass

from shared.events import PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedAssignment:
    """A nudge that was due: sent, or withheld by the holdout.

    `propensity` is the probability with which it was to be sent, above 0 and below 1. `score_after` is the score of the
    person's next worked day, in points. `score_before` is the mean score of their last worked days before it; None when there
    are none.

    Raises:
        ValueError: the propensity is 0 or 1, so nothing was randomised.
    """

    person_id: PersonId
    is_sent: bool
    propensity: float
    score_before: float | None
    score_after: float

    def __post_init__(self) -> None:
        if not 0 < self.propensity < 1:
            raise ValueError(f"a propensity of {self.propensity} is no experiment: leave out what was certain")

    @property
    def weight(self) -> float:
        """The inverse of the probability of what happened (Horvitz and Thompson 1952)."""
        return 1 / self.propensity if self.is_sent else 1 / (1 - self.propensity)
