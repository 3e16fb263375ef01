"""`python -m bench.effects`: how often the interval of an effect holds the truth, and how often harm is seen.

Effects are planted into simulated teams. Beside Daymark's intervals stand those that statsmodels gives for the same regression,
cluster-robust and with Student's t. The figures come from seeds and are the same every time. `--share 0.05` does a part of
the work.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean, median
from typing import Final

import numpy
import statsmodels.api

from bench.effect_trials import SD_POINTS, Trial
from services.nudges.domain.effects.assignment import Assignment
from services.nudges.domain.effects.effect import Effect, Interval, estimate_effect

_TRIALS: Final = {
    "12 people, even": Trial(people=12, days=(100, 120), on_good_days=False),
    "12 people, uneven": Trial(people=12, days=(30, 250), on_good_days=False),
    "20 people, uneven": Trial(people=20, days=(20, 250), on_good_days=False),
    "35 people, good days": Trial(people=35, days=(20, 250), on_good_days=True),
    "60 people, uneven": Trial(people=60, days=(10, 120), on_good_days=False),
}
_YEAR_DAYS: Final = 250
_PEOPLE_WATCHED: Final = (20, 60)


@dataclass(kw_only=True)
class Tally:
    """How one kind of interval did, all in standard deviations."""

    covered: int = 0
    points: list[float] = field(default_factory=list)
    reaches: list[float] = field(default_factory=list)

    def add(self, points: float, interval: Interval, *, truth: float) -> None:
        self.covered += interval.low <= truth <= interval.high
        self.points.append(points / SD_POINTS)
        self.reaches.append((interval.high - interval.low) / 2 / SD_POINTS)

    def columns(self) -> str:
        known = len(self.points)
        return f"{fmean(self.points):>+10.3f}{fmean(self.reaches):>8.3f}{self.covered / known:>9.1%}" if known else ""


def coverage(*, trials: int) -> None:
    """Looked at once, at the end."""
    print(f"{trials:,} trials each: the mean of the estimates and how far the 95% intervals reach, in standard deviations of a")
    print("person's score from day to day, and how many of them hold the truth")
    print(f"{'':<22}{'planted':>9}{'known':>8}{'Daymark':>10}{'':>17}{'statsmodels':>14}")
    for name, trial in _TRIALS.items():
        for effect_sd in (0.0, 0.1, 0.3):
            random, ours, theirs = Random(f"{name} {effect_sd}"), Tally(), Tally()
            for _ in range(trials):
                draws = [draw for _, draw in trial.drawn(effect_sd, random)]
                found = estimate_effect(draws)
                if isinstance(found, Effect):
                    ours.add(found.points, found.interval, truth=effect_sd * SD_POINTS)
                    theirs.add(*_by_statsmodels(draws), truth=effect_sd * SD_POINTS)
            print(f"{name:<22}{effect_sd:>+9.1f}{len(ours.points):>8,}{ours.columns()}{theirs.columns()}")


def _by_statsmodels(draws: Sequence[Assignment]) -> tuple[float, Interval]:
    """The same weighted regression, with the sandwich that is usual for clusters (CR1) and one degree of freedom a person."""
    usual = fmean(draw.score_before for draw in draws if draw.score_before is not None)
    before = numpy.array([usual if draw.score_before is None else draw.score_before for draw in draws])
    before -= before.mean()
    sent = numpy.array([float(draw.is_sent) for draw in draws])
    columns = numpy.column_stack([numpy.ones(len(draws)), sent, before, sent * before])
    after = numpy.array([draw.score_after for draw in draws])
    people = numpy.array([int(draw.person_id) for draw in draws])
    regression = statsmodels.api.WLS(after, columns, weights=[draw.weight for draw in draws])
    fitted = regression.fit(cov_type="cluster", cov_kwds={"groups": people}, use_t=True)
    low, high = fitted.conf_int()[1]
    return float(fitted.params[1]), Interval(low=low, high=high)


def looks(*, teams: int, every_days: int) -> None:
    """Looked at again and again, as it is done before a rule is paused."""
    print(f"\n{teams:,} teams watched for {_YEAR_DAYS} worked days, with a look every {every_days}: how often harm is seen")
    print("and, in the median, after how many days, by the interval that holds at every look, which pauses a rule;")
    print("and how often by the plain one")
    print(f"{'':<22}{'planted':>9}{'paused':>9}{'after':>7}{'plain':>9}")
    for people in _PEOPLE_WATCHED:
        trial = Trial(people=people, days=(_YEAR_DAYS, _YEAR_DAYS), on_good_days=False)
        for effect_sd in (0.0, -0.1, -0.3):
            random, paused, plainly = Random(f"{people} {effect_sd}"), list[int](), 0
            for _ in range(teams):
                always, plain = _first_seen(trial, effect_sd, random, every_days=every_days)
                paused += [always] if always is not None else []
                plainly += plain is not None
            after = f"{median(paused):.0f}" if paused else ""
            print(
                f"{f'{people} people':<22}{effect_sd:>+9.1f}{len(paused) / teams:>9.1%}{after:>7}{plainly / teams:>9.1%}",
                flush=True,
            )


def _first_seen(trial: Trial, effect_sd: float, random: Random, *, every_days: int) -> tuple[int | None, int | None]:
    """The day of the look at which harm was first seen: at every look, and plainly."""
    drawn, plain = list(trial.drawn(effect_sd, random)), None
    for look in range(every_days, _YEAR_DAYS + 1, every_days):
        found = estimate_effect([draw for day, draw in drawn if day < look])
        if not isinstance(found, Effect):
            continue
        if plain is None and found.interval.high < 0:
            plain = look
        if found.is_harmful:
            return look, plain
    return None, plain


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description="Judge the intervals of effects.")
    parser.add_argument("--share", type=float, default=1.0, help="how much of the work, up to 1")
    parser.add_argument("--every-days", type=int, default=5, help="worked days between two looks")
    asked = parser.parse_args()
    coverage(trials=max(2, round(2_000 * asked.share)))
    looks(teams=max(2, round(100 * asked.share)), every_days=asked.every_days)


if __name__ == "__main__":
    main()
