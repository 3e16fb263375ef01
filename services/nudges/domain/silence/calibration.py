"""Calibration: replays a team's own history and counts how often somebody would have been called silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.domain.drop.calibration import JUDGED_DAYS_MIN
from services.nudges.domain.silence.evidence import (
    ACTIVE_DAYS_MIN,
    PresentDay,
    SilenceBudget,
    measure_levels_of_others,
    weigh_silence,
)

_STRICTNESS_MAX: Final = 3.0
_STRICTNESS_STEP: Final = 0.1
_PRIOR_DAYS: Final = 2_000
"""No correction weighs as much as this many judged days: a few runs without activity say little about the next ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SilenceCalibration:
    """`alerts_before` and `alerts_after` are alerts per rep and budget on the team's history, without and with `strictness`."""

    strictness: float
    alerts_before: float
    alerts_after: float
    judged_days: int


def calibrate_silence(reps: Sequence[Sequence[PresentDay]], budget: SilenceBudget) -> SilenceCalibration | None:
    """How much stricter the limits must be for a team's own history, in the order in which it happened, to keep the budget.

    Every alert in it counts as a false one: what was entered as an absence is no working day, so it is not in the history.
    What that takes is shrunk towards no correction, at judged / (judged + 2,000) of it. Limits never become laxer: few alerts
    in a history may be chance. None while the team has fewer than 250 judged days, which are those of reps who had ten active
    days before.
    """
    levels = measure_levels_of_others(reps)
    uncalibrated = SilenceBudget(days=budget.days)
    runs = [
        excess for days, others in zip(reps, levels, strict=True) for excess in _strongest_excesses(days, others, uncalibrated)
    ]
    judged_days = sum(map(count_judged_days, reps))
    if judged_days < JUDGED_DAYS_MIN:
        return None
    needed, weight = _solve_strictness(runs, judged_days / budget.days), judged_days / (judged_days + _PRIOR_DAYS)
    strictness = needed * weight
    before, after = (sum(excess >= limit for excess in runs) * budget.days / judged_days for limit in (0.0, strictness))
    return SilenceCalibration(strictness=strictness, alerts_before=before, alerts_after=after, judged_days=judged_days)


def _solve_strictness(excesses: Sequence[float], alerts_max: float) -> float:
    """The smallest with so few alerts, in steps of a tenth."""
    strictness = 0.0
    while strictness < _STRICTNESS_MAX and sum(excess >= strictness for excess in excesses) > alerts_max:
        strictness += _STRICTNESS_STEP
    return strictness


def count_judged_days(days: Sequence[PresentDay]) -> int:
    """On how many of a rep's working days (oldest first) a silence could be noticed."""
    active = 0
    for index, day in enumerate(days):
        if active >= ACTIVE_DAYS_MIN:
            return len(days) - index
        active += day.has_activity
    return 0


def _strongest_excesses(days: Sequence[PresentDay], levels: Mapping[date, float], budget: SilenceBudget) -> list[float]:
    """For each run without activity, how far its evidence came beyond the limit by its last day."""
    ends = [
        index
        for index, day in enumerate(days, start=1)
        if not day.has_activity and (index == len(days) or days[index].has_activity)
    ]
    silences = [weigh_silence(days[:end], levels, budget) for end in ends]
    return [silence.excess for silence in silences if silence is not None]
