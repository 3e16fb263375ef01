"""What other detectors of a drop would have sent on the same days: two that are in common use, a CUSUM, and an oracle.

Each sees how many activities a rep logged on each rostered day, the empty ones included, and its message arrives on the next
rostered morning.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, pvariance
from typing import Final

from bench.judge.messages import Sent
from bench.judge.verdicts import Judge, Verdict
from bench.trials.drop_detectors import detect_below_70_percent, detect_below_two_sigma, find_alert_days
from bench.trials.trace import Trace
from services.nudges.domain.candidate import DROP_RULE
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.expectation import UNKNOWN_TEAM_BASELINE
from shared.events import NudgeId, RepId

_DAYS_PER_FALSE_ALERT: Final = 250
_KNOWN_DAYS_MIN: Final = 10
_PAST_DAYS_MAX: Final = 60
_SIZE_MAX: Final = 50.0
"""Hardly any overdispersion: the variance is mean + mean² / 50."""
_LIMIT_FIRST: Final = 5.0
"""Of the CUSUM, before there is anything to fit it to."""
_LIMIT_MAX: Final = 60.0
_LIMIT_STEP: Final = 0.01
_SIMPLE: Final = {"below 70% of mean": detect_below_70_percent, "mean - 2 sigma": detect_below_two_sigma}

Ratios = Mapping[RepId, Sequence[float]]
"""By rep, for each rostered day: how much more probable its count is if the rep does half as much, as a log ratio."""


@dataclass(frozen=True, kw_only=True)
class Rivals:
    """`without_change` is the trace before anything was put into it: from it the oracle knows the truth."""

    judge: Judge
    without_change: Trace

    def verdicts(self) -> dict[str, Verdict]:
        """By the name of the rival."""
        verdicts = {name: self.judge.judge(self._simple(detector)) for name, detector in _SIMPLE.items()}
        verdicts["NB-CUSUM"] = self.judge.judge(list(self._cusum()))
        verdicts["oracle CUSUM"] = self._oracle()
        return verdicts

    def _simple(self, detector: Callable[..., int | None]) -> list[Sent]:
        messages: list[Sent] = []
        for rep_id, days in self.judge.rostered.items():
            worked = [WorkedDay(weekday=day.weekday(), count=self.judge.trace.total_on(rep_id, day)) for day in days]
            alerts = find_alert_days(worked, UNKNOWN_TEAM_BASELINE, detector, start=0)
            messages += self._messages(rep_id, alerts)
        return messages

    def _cusum(self) -> Iterator[Sent]:
        """Mean and dispersion come from the rep's own past. Each Monday the limit is fitted to the days of everybody before."""
        ratios = {rep_id: _ratios_by_past(self._counts(rep_id)) for rep_id in self.judge.rostered}
        limits: dict[date, float] = {}
        for rep_id, days in self.judge.rostered.items():
            of_days = []
            for day in days:
                monday = date.fromordinal(day.toordinal() - day.weekday())
                if monday not in limits:
                    limits[monday] = self._fit_limit(ratios, before=monday)
                of_days.append(limits[monday])
            yield from self._messages(rep_id, _cusum_alerts(ratios[rep_id], of_days))

    def _fit_limit(self, ratios: Ratios, *, before: date) -> float:
        """The lowest limit with at most one alert in 250 days, whether that alert was false or not."""
        known = [ratios[rep_id][: bisect_left(days, before)] for rep_id, days in self.judge.rostered.items()]
        days = sum(len(of_rep) for of_rep in known)
        if not any(any(of_rep) for of_rep in known):
            return _LIMIT_FIRST
        return _lowest(
            lambda limit: (
                sum(len(_cusum_alerts(of_rep, [limit] * len(of_rep))) for of_rep in known) <= days / _DAYS_PER_FALSE_ALERT
            )
        )

    def _oracle(self) -> Verdict:
        """It knows mean and dispersion of each rep over the whole trace, and the limit that costs exactly the budget."""
        ratios: dict[RepId, Sequence[float]] = {}
        for rep_id, days in self.judge.rostered.items():
            known = self.without_change
            truth = [known.total_on(rep_id, day) for day in known.rostered_days(rep_id)] or self._counts(rep_id)
            mean, size = _moments(truth)
            ratios[rep_id] = [_log_ratio(self.judge.trace.total_on(rep_id, day), mean, size) if mean else 0.0 for day in days]

        def verdict(limit: float) -> Verdict:
            return self.judge.judge(
                [
                    sent
                    for rep_id, of_rep in ratios.items()
                    for sent in self._messages(rep_id, _cusum_alerts(of_rep, [limit] * len(of_rep)))
                ]
            )

        return verdict(_lowest(lambda limit: _is_within_budget(verdict(limit))))

    def _counts(self, rep_id: RepId) -> list[int]:
        return [self.judge.trace.total_on(rep_id, day) for day in self.judge.rostered[rep_id]]

    def _messages(self, rep_id: RepId, alerts: Sequence[int]) -> list[Sent]:
        """About each alert, on the next rostered day; about the last day of the trace there is none."""
        days = self.judge.rostered[rep_id]
        return [
            Sent(
                nudge_id=NudgeId(f"{rep_id} {days[index + 1]}"),
                rule=DROP_RULE,
                receiver=rep_id,
                rep_id=rep_id,
                about_day=days[index + 1],
                day=days[index + 1],
                at=self.judge.trace.starts_at(days[index + 1]),
                text="",
            )
            for index in alerts
            if index + 1 < len(days)
        ]


def _is_within_budget(verdict: Verdict) -> bool:
    return verdict.false * _DAYS_PER_FALSE_ALERT <= verdict.judged_days


def _lowest(is_high_enough: Callable[[float], bool]) -> float:
    """The lowest limit that is high enough, by bisection."""
    low, high = 0.0, _LIMIT_MAX
    while high - low > _LIMIT_STEP:
        middle = (low + high) / 2
        low, high = (low, middle) if is_high_enough(middle) else (middle, high)
    return high


def _cusum_alerts(ratios: Sequence[float], limits: Sequence[float]) -> list[int]:
    """The days on which the sum of the log ratios, never below 0, exceeds the limit; then it starts again (Page 1954)."""
    alerts, total = [], 0.0
    for index, (ratio, limit) in enumerate(zip(ratios, limits, strict=True)):
        total = max(0.0, total + ratio)
        if total > limit:
            alerts.append(index)
            total = 0.0
    return alerts


def _ratios_by_past(counts: Sequence[int]) -> list[float]:
    ratios = []
    for index, count in enumerate(counts):
        past = counts[max(0, index - _PAST_DAYS_MAX) : index]
        is_known = len(past) >= _KNOWN_DAYS_MIN and any(past)
        ratios.append(_log_ratio(count, *_moments(past)) if is_known else 0.0)
    return ratios


def _moments(counts: Sequence[int]) -> tuple[float, float]:
    """Mean and size of a negative binomial distribution, by the method of moments."""
    mean = fmean(counts)
    excess = pvariance(counts) - mean
    return mean, min(_SIZE_MAX, mean * mean / excess) if excess > 0 else _SIZE_MAX


def _log_ratio(count: int, mean: float, size: float) -> float:
    """log P(count | half of the mean) - log P(count | mean), both negative binomial with the same size."""
    half = mean / 2
    return count * math.log(half * (mean + size) / (mean * (half + size))) + size * math.log((mean + size) / (half + size))
