"""The effect of sending: what is found, and how far off that may be."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, pvariance
from typing import Final

from services.nudges.domain.effects.assignment import Draw
from services.nudges.domain.effects.student import quantile_within
from services.nudges.domain.effects.sums import arms_of

CONFIDENCE: Final = 0.95
PEOPLE_MIN: Final = 10
"""So many people must have been sent something, and so many must have had something held out."""
EFFECT_LOOKED_FOR_SD: Final = 0.2
"""For effects of this size, in standard deviations, the interval that holds at every look is soonest narrow enough."""
_NOTHING_POINTS: Final = 1e-9
_NORMAL_QUANTILE: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Both ends, in points of score."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What a finding rests on: `days` that were drawn for, `held_out` of them, and the `people` whose days they are."""

    people: int
    days: int
    held_out: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What sending adds to the score of the next worked day, in `points`.

    `interval` holds the truth in 95 of 100 cases in which one looks once, `always` in 95 of 100 in which one looks as often as
    one likes. `sd_points` is one standard deviation of a person's score from day to day.
    """

    basis: Basis
    points: float
    interval: Interval
    always: Interval
    sd_points: float

    @property
    def is_harm(self) -> bool:
        """Whether sending lowers the score, beyond what looking every day would find by chance."""
        return self.always.high < 0


@dataclass(frozen=True, kw_only=True, slots=True)
class NotKnown:
    """Nothing can be said yet, and why."""

    basis: Basis
    because: str


def effect_of(draws: Sequence[Draw]) -> Effect | NotKnown:
    """Compare the days after which something was sent with those after which it was held out.

    The means are weighted with the inverse of the probabilities and brought to the same score before by a straight line in each
    arm (Lin 2013). The standard error is that of the jackknife over people, whose days belong together: the difference is
    taken anew without each of them (CV3 in MacKinnon, Nielsen and Webb 2023). With few people, or some who have many more days
    than others, the usual cluster-robust one is too small. Degrees of freedom: the people of the smaller arm, less the two of
    its line.
    """
    by_person = _by_person(draws)
    basis = Basis(people=len(by_person), days=len(draws), held_out=sum(not draw.is_sent for draw in draws))
    sent, held_out = (sum(any(draw.is_sent is arm for draw in own) for own in by_person) for arm in (True, False))
    if min(sent, held_out) < PEOPLE_MIN:
        why = f"sent to {sent} people and held out for {held_out}; it takes {PEOPLE_MIN} of each"
        return NotKnown(basis=basis, because=why)
    points, error = _jackknifed(by_person)
    sd_points = _sd_within(by_person)
    if min(error, sd_points) < _NOTHING_POINTS:
        return NotKnown(basis=basis, because="the scores do not differ")
    error *= quantile_within(CONFIDENCE, freedom=min(sent, held_out) - 2)
    return Effect(
        basis=basis,
        points=points,
        interval=_around(points, error),
        always=_around(points, _always(error / _NORMAL_QUANTILE, looked_for=EFFECT_LOOKED_FOR_SD * sd_points)),
        sd_points=sd_points,
    )


def _by_person(draws: Iterable[Draw]) -> list[list[Draw]]:
    people: defaultdict[str, list[Draw]] = defaultdict(list)
    for draw in draws:
        people[draw.person_id].append(draw)
    return list(people.values())


def _jackknifed(by_person: Sequence[Sequence[Draw]]) -> tuple[float, float]:
    """The difference and its standard error: from what it is without each person in turn."""
    known = [draw.score_before for own in by_person for draw in own if draw.score_before is not None]
    usual = fmean(known) if known else 0.0
    arms = [arms_of(own, usual=usual) for own in by_person]
    every = arms_of((draw for own in by_person for draw in own), usual=usual)
    points = every.difference()
    squares = sum(((every - one).difference() - points) ** 2 for one in arms)
    return points, math.sqrt(squares * (len(arms) - 1) / len(arms))


def _sd_within(by_person: Sequence[Sequence[Draw]]) -> float:
    """The standard deviation of the scores after about each person's own mean, over all people."""
    days = sum(len(own) for own in by_person)
    squares = sum(len(own) * pvariance([draw.score_after for draw in own]) for own in by_person)
    return math.sqrt(squares / (days - len(by_person)))


def _always(error: float, *, looked_for: float) -> float:
    """How far from the truth an estimate with this standard error ever is, but for 1 - `CONFIDENCE` of the cases.

    The boundary of the normal mixture (Robbins 1970; Johari, Koomen, Pekelis and Walsh 2022): the likelihood ratio of effects
    spread by `looked_for` about 0 against none exceeds 1 / (1 - `CONFIDENCE`) at any time with at most that chance.
    """
    variance, spread = error * error, error * error + looked_for * looked_for
    return error * math.sqrt(spread / (looked_for * looked_for) * math.log(spread / (variance * (1 - CONFIDENCE) ** 2)))


def _around(points: float, reach: float) -> Interval:
    return Interval(low=points - reach, high=points + reach)
