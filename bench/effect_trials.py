"""Simulated teams whose nudges are held out by lot, with an effect of sending that is known."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import Final

from services.nudges.domain.effects.assignment import Assignment
from shared.events import PersonId

HELD_OUT: Final = 0.1
SD_POINTS: Final = 25.0
"""Of a person's score from day to day."""
_SCORE_MEAN: Final = 80.0
_PEOPLE_DIFFER_SD: Final = 0.7
_CARRIED_OVER: Final = 0.3
"""The correlation of a day's score with that of the day before."""
_BEFORE_DAYS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Each of the `people` is watched for a number of worked days between both `days`, evenly on a scale of logarithms. A nudge
    is due on days at random, for some people more often than for others, or, `on_good_days`, at a score of 100 or more."""

    people: int
    days: tuple[int, int]
    on_good_days: bool

    def drawn(self, effect_sd: float, random: Random) -> Iterator[tuple[int, Assignment]]:
        """What was drawn, with the number of the day, person after person. `effect_sd` is planted into every day that follows
        one on which something was sent."""
        for number in range(self.people):
            yield from self._person(PersonId(str(number)), effect_sd, random)

    def _person(self, person_id: PersonId, effect_sd: float, random: Random) -> Iterator[tuple[int, Assignment]]:
        usual = _SCORE_MEAN + SD_POINTS * random.gauss(0, _PEOPLE_DIFFER_SD)
        often = random.uniform(0.1, 0.8)
        deviation, before, sent = random.gauss(0, 1), list[float](), None
        for day in range(round(math.exp(random.uniform(*map(math.log, self.days))))):
            deviation = _CARRIED_OVER * deviation + math.sqrt(1 - _CARRIED_OVER**2) * random.gauss(0, 1)
            score = usual + SD_POINTS * (deviation + effect_sd * bool(sent))
            if sent is not None:
                yield day, _draw(person_id, before[:-1], score, is_sent=sent)
            is_due = score >= 100 if self.on_good_days else random.random() < often
            sent = random.random() >= HELD_OUT if is_due else None
            before.append(score)


def _draw(person_id: PersonId, before: Sequence[float], after: float, *, is_sent: bool) -> Assignment:
    last = before[-_BEFORE_DAYS:]
    return Assignment(
        person_id=person_id,
        is_sent=is_sent,
        propensity=1 - HELD_OUT,
        score_before=fmean(last) if last else None,
        score_after=after,
    )
