"""Simulated experiments: teams whose nudges are withheld at random, with an effect of sending that is known."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import Final

from services.nudges.domain.effects.assignment import ObservedAssignment
from shared.events import PersonId

HOLDOUT: Final = 0.1
"""The share of nudges that are withheld."""
SD_POINTS: Final = 25.0
"""The standard deviation of a person's score from day to day."""
_MEAN_POINTS: Final = 80.0
_BETWEEN_PEOPLE_SD: Final = 0.7
"""By how much the means of people differ, as a multiple of `SD_POINTS`."""
_AUTOCORRELATION: Final = 0.3
"""The correlation of a day's score with that of the day before."""
_GOOD_DAY_POINTS: Final = 100
_BEFORE_DAYS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """An experiment on so many `people`.

    The number of each person's worked days lies between both `days`, evenly on a logarithmic scale. Nudges are due on random
    days, for some people more often than for others, or with `is_due_on_good_days` at a score of at least 100.
    """

    people: int
    days: tuple[int, int]
    is_due_on_good_days: bool

    def simulate(self, effect_sd: float, random: Random) -> Iterator[tuple[int, ObservedAssignment]]:
        """The assignments of one person after the other, each with the number of the day whose score followed it.

        `effect_sd` is what sending adds to the score of the next day, as a multiple of `SD_POINTS`.
        """
        for number in range(self.people):
            yield from self._simulate_person(PersonId(str(number)), effect_sd, random)

    def _simulate_person(
        self, person_id: PersonId, effect_sd: float, random: Random
    ) -> Iterator[tuple[int, ObservedAssignment]]:
        mean = _MEAN_POINTS + SD_POINTS * random.gauss(0, _BETWEEN_PEOPLE_SD)
        due_probability = random.uniform(0.1, 0.8)
        deviation, scores, is_sent = random.gauss(0, 1), list[float](), None
        for day in range(round(math.exp(random.uniform(*map(math.log, self.days))))):
            deviation = _AUTOCORRELATION * deviation + math.sqrt(1 - _AUTOCORRELATION**2) * random.gauss(0, 1)
            score = mean + SD_POINTS * (deviation + effect_sd * bool(is_sent))
            if is_sent is not None:
                yield day, _make_assignment(person_id, scores[:-1], score, is_sent=is_sent)
            is_due = score >= _GOOD_DAY_POINTS if self.is_due_on_good_days else random.random() < due_probability
            is_sent = random.random() >= HOLDOUT if is_due else None
            scores.append(score)


def _make_assignment(person_id: PersonId, before: Sequence[float], score_after: float, *, is_sent: bool) -> ObservedAssignment:
    newest = before[-_BEFORE_DAYS:]
    return ObservedAssignment(
        person_id=person_id,
        is_sent=is_sent,
        propensity=1 - HOLDOUT,
        score_before=fmean(newest) if newest else None,
        score_after=score_after,
    )
