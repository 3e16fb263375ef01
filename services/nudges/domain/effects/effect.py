"""The effect of sending: an estimate with its confidence intervals."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, pvariance
from typing import Final

from services.nudges.domain.effects.assignment import ObservedAssignment
from services.nudges.domain.effects.student import quantile_within
from services.nudges.domain.effects.sums import sum_assignments
from shared.events import PersonId

CONFIDENCE: Final = 0.95
PEOPLE_MIN: Final = 10
"""An effect needs so many people to whom something was sent, and so many from whom something was withheld."""
EFFECT_SOUGHT_SD: Final = 0.2
"""The anytime-valid interval is tuned to become narrow soonest for effects of this size, in standard deviations."""
_POINTS_MIN: Final = 1e-9
_NORMAL_QUANTILE: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Both ends, in points of score."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What an estimate rests on: `days` with an assignment, on `days_withheld` of which nothing was sent, of so many
    `people`. On at least one day something was sent to `people_sent` of them, and withheld from `people_withheld`."""

    people: int
    people_sent: int
    people_withheld: int
    days: int
    days_withheld: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What sending adds to the score of the next worked day, in `points`.

    `interval` covers the truth in 95 of 100 cases for somebody who looks once, `anytime_interval` for somebody who looks as
    often as they like. `sd_points` is one standard deviation of a person's score from day to day.
    """

    sample: Sample
    points: float
    interval: Interval
    anytime_interval: Interval
    sd_points: float

    @property
    def is_harmful(self) -> bool:
        """Whether sending lowers the score, by more than chance would show to somebody who looks every day."""
        return self.anytime_interval.high < 0


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownEffect:
    """There is no estimate yet, and why."""

    sample: Sample
    because: str


def estimate_effect(assignments: Sequence[ObservedAssignment]) -> Effect | UnknownEffect:
    """Compare the days after a nudge was sent with the days after one was withheld.

    The means are weighted by inverse propensity and adjusted to the same score before, by a straight line in each arm (Lin
    2013). The standard error comes from the jackknife over people, whose days belong together: the difference is estimated
    again without each person in turn (CV3 in MacKinnon, Nielsen and Webb 2023). The usual cluster-robust error is too small
    when there are few people, or when some have many more days than others. Degrees of freedom: the people of the smaller arm,
    less the two parameters of its line.
    """
    by_person = _group_by_person(assignments)
    days_withheld = sum(not assignment.is_sent for assignment in assignments)
    people_sent, people_withheld = _count_people(by_person, is_sent=True), _count_people(by_person, is_sent=False)
    sample = Sample(
        people=len(by_person),
        people_sent=people_sent,
        people_withheld=people_withheld,
        days=len(assignments),
        days_withheld=days_withheld,
    )
    people_of_smaller_arm = min(people_sent, people_withheld)
    if people_of_smaller_arm < PEOPLE_MIN:
        because = f"sent to {people_sent} people and withheld from {people_withheld}; {PEOPLE_MIN} of each are needed"
        return UnknownEffect(sample=sample, because=because)
    points, error = _jackknife(by_person)
    sd_points = _sd_within_people(by_person)
    if min(error, sd_points) < _POINTS_MIN:
        return UnknownEffect(sample=sample, because="the scores do not differ")
    margin = error * quantile_within(CONFIDENCE, degrees_of_freedom=people_of_smaller_arm - 2)
    anytime_margin = _anytime_margin(margin / _NORMAL_QUANTILE, sought_points=EFFECT_SOUGHT_SD * sd_points)
    return Effect(
        sample=sample,
        points=points,
        interval=_interval(points, margin),
        anytime_interval=_interval(points, anytime_margin),
        sd_points=sd_points,
    )


def _group_by_person(assignments: Iterable[ObservedAssignment]) -> list[list[ObservedAssignment]]:
    people: defaultdict[PersonId, list[ObservedAssignment]] = defaultdict(list)
    for assignment in assignments:
        people[assignment.person_id].append(assignment)
    return list(people.values())


def _count_people(by_person: Sequence[Sequence[ObservedAssignment]], *, is_sent: bool) -> int:
    """The people with at least one assignment to an arm."""
    return sum(any(assignment.is_sent is is_sent for assignment in own) for own in by_person)


def _jackknife(by_person: Sequence[Sequence[ObservedAssignment]]) -> tuple[float, float]:
    """The difference and its standard error, from the differences without each person in turn."""
    scores_before = [assignment.score_before for own in by_person for assignment in own if assignment.score_before is not None]
    mean_score_before = fmean(scores_before) if scores_before else 0.0
    of_people = [sum_assignments(own, mean_score_before=mean_score_before) for own in by_person]
    everybody = sum_assignments((assignment for own in by_person for assignment in own), mean_score_before=mean_score_before)
    points = everybody.difference()
    squares = sum(((everybody - of_person).difference() - points) ** 2 for of_person in of_people)
    return points, math.sqrt(squares * (len(of_people) - 1) / len(of_people))


def _sd_within_people(by_person: Sequence[Sequence[ObservedAssignment]]) -> float:
    """The standard deviation of the scores after around each person's own mean, pooled over all people."""
    days = sum(len(own) for own in by_person)
    squares = sum(len(own) * pvariance([assignment.score_after for assignment in own]) for own in by_person)
    return math.sqrt(squares / (days - len(by_person)))


def _anytime_margin(error: float, *, sought_points: float) -> float:
    """The half-width of the anytime-valid interval around an estimate with this standard error.

    The boundary of the normal mixture (Robbins 1970; Johari, Koomen, Pekelis and Walsh 2022): the likelihood ratio of effects
    that spread around 0 by `sought_points` against no effect ever exceeds 1 / (1 - `CONFIDENCE`) with at most the probability
    1 - `CONFIDENCE`.
    """
    error_variance, sought_variance = error * error, sought_points * sought_points
    total_variance = error_variance + sought_variance
    log_ratio = math.log(total_variance / (error_variance * (1 - CONFIDENCE) ** 2))
    return error * math.sqrt(total_variance / sought_variance * log_ratio)


def _interval(points: float, margin: float) -> Interval:
    return Interval(low=points - margin, high=points + margin)
