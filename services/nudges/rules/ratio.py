"""Ratio: what is done most often leads to less of what it should lead to, judged with the uncertainty of such a share."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.baseline import Baseline, PastDay
from services.nudges.domain.history import is_plan_done, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized, counted, first_name, lowered
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import BehaviourKey, BehaviourResult, DayReport, NudgeKind

RECENT_DAYS: Final = 20
EARLIER_DAYS: Final = 40
EARLIER_DAYS_MIN: Final = 20
FALL_FACTOR: Final = 0.75
PROBABILITY_MIN: Final = 0.95
_CONVERTED_MIN: Final = 10
_STEPS: Final = 2_000
_STEP: Final = math.pi / 2 / _STEPS
_ANGLES: Final = tuple((step + 0.5) * _STEP for step in range(_STEPS))
_TAIL: Final = 0.05
_PROBABILITY_SHOWN_MAX: Final = 0.999
COOLDOWN_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many of so many were converted, as a beta-binomial with Jeffreys' prior sees it."""

    converted: int
    total: int

    @property
    def value(self) -> float:
        return self.converted / self.total

    def density(self, angle: float) -> float:
        """Density of the share sin²(angle) given the counts, per step of the angle. As a function of the share it is a beta
        distribution; over the angles Jeffreys' prior is uniform, so nothing is infinite at a share of 0."""
        others = self.total - self.converted
        log_scale = math.lgamma(self.total + 1) - math.lgamma(self.converted + 0.5) - math.lgamma(others + 0.5)
        log_scale += math.log(2 * _STEP)
        return math.exp(log_scale + 2 * self.converted * math.log(math.sin(angle)) + 2 * others * math.log(math.cos(angle)))

    def interval(self) -> tuple[float, float]:
        """The central 90% credible interval of the share."""
        cumulative = list(accumulate(map(self.density, _ANGLES)))
        low, high = (bisect_left(cumulative, quantile) for quantile in (_TAIL, 1 - _TAIL))
        return math.sin(_ANGLES[low]) ** 2, math.sin(_ANGLES[high]) ** 2

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.converted} of {self.total} ({self.value:.0%}; 90% interval {low:.0%} to {high:.0%})"


def probability_of_fall(recent: Share, earlier: Share, *, factor: float) -> float:
    """P(recent share < `factor` x earlier share), each known by its counts only, with Jeffreys' prior (Gelman et al.,
    Bayesian Data Analysis, 2013, section 2.4). The integral over the earlier share is a sum over 2,000 angles."""
    cumulative = [0.0, *accumulate(map(recent.density, _ANGLES))]

    def below(angle: float) -> float:
        return cumulative[round(math.asin(math.sqrt(factor) * math.sin(angle)) / _STEP)]

    return sum(earlier.density(angle) * below(angle) for angle in _ANGLES)


def is_still_fallen(context: RuleContext) -> bool:
    """Whether some share, however certain, is still below three quarters of what it was."""
    if context.baseline is None:
        return False
    most_frequent, *others = _planned_by_target(context.report)
    recent, earlier = _periods(context.baseline)
    pairs = [
        [_share([day.counts for day in days], most_frequent.key, other.key) for days in (recent, earlier)] for other in others
    ]
    return any(now is not None and before is not None and now.value < FALL_FACTOR * before.value for now, before in pairs)


@rep_rule(
    name="ratio",
    title="Ratio",
    when="A smaller share of the behaviour with the largest target leads to another behaviour: it has fallen by a quarter or "
    "more, with a probability of 95% or more. The message states both shares with their uncertainty.",
    limits="At most once in two weeks, and not with fewer than forty known days.",
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=210,
    cooldown_days=COOLDOWN_DAYS,
    is_shortfall=True,
    is_reevaluated=True,
    still_nearly_true=is_still_fallen,
)
def ratio(context: RuleContext) -> Proposal | None:
    """Proposed on an open day when of the behaviour with the largest target a smaller share led to another behaviour over the
    last twenty worked days than over the twenty to forty before them: with a probability of 95% or more the share is below
    three quarters of what it was. Of several the most probable is named. A behaviour with fewer than ten in the earlier days
    tells too little, and one that is more frequent than the other is no part of it."""
    report, baseline = context.report, context.baseline
    if baseline is None or report.silent or report.state != "open" or report.score is None or is_plan_done(report):
        return None
    planned = _planned_by_target(report)
    recent, earlier = _periods(baseline)
    if not planned or len(earlier) < EARLIER_DAYS_MIN:
        return None
    most_frequent, *others = planned
    falls = [_fall(most_frequent, other, recent=recent, earlier=earlier) for other in others]
    certain = [fall for fall in falls if fall is not None]
    surest = max(certain, key=lambda fall: fall.probability, default=None)
    return _proposal(report, most_frequent, surest) if surest is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fall:
    behaviour: BehaviourResult
    recent: Share
    earlier: Share
    probability: float


def _planned_by_target(report: DayReport) -> list[BehaviourResult]:
    return sorted(planned_behaviours(report), key=lambda behaviour: behaviour.target, reverse=True)


def _periods(baseline: Baseline) -> tuple[Sequence[PastDay], Sequence[PastDay]]:
    """The recent worked days, and those before them."""
    return baseline.past[-RECENT_DAYS:], baseline.past[-RECENT_DAYS - EARLIER_DAYS : -RECENT_DAYS]


def _fall(
    most_frequent: BehaviourResult, other: BehaviourResult, *, recent: Sequence[PastDay], earlier: Sequence[PastDay]
) -> _Fall | None:
    now, before = (_share([day.counts for day in days], most_frequent.key, other.key) for days in (recent, earlier))
    if now is None or before is None or before.converted < _CONVERTED_MIN or now.value >= FALL_FACTOR * before.value:
        return None
    probability = probability_of_fall(now, before, factor=FALL_FACTOR)
    if probability < PROBABILITY_MIN:
        return None
    return _Fall(behaviour=other, recent=now, earlier=before, probability=probability)


def _share(counts: Sequence[Mapping[BehaviourKey, int]], whole: BehaviourKey, part: BehaviourKey) -> Share | None:
    """Over the days that asked for both; None unless the part is smaller than the whole."""
    both = [day for day in counts if whole in day and part in day]
    total, converted = sum(day[whole] for day in both), sum(day[part] for day in both)
    return Share(converted=converted, total=total) if converted < total else None


def _percent(share: Share) -> str:
    """`3%`; a share that is not nothing is never shown as 0%."""
    rounded = f"{share.value:.0%}"
    return "under 1%" if share.converted and rounded == "0%" else rounded


def _proposal(report: DayReport, most_frequent: BehaviourResult, fall: _Fall) -> Proposal:
    name, whole, part = first_name(report.rep.name), lowered(most_frequent.label), lowered(fall.behaviour.label)
    recent, earlier = fall.recent, fall.earlier
    now = f"{counted(recent.converted, fall.behaviour.label)} from {counted(recent.total, most_frequent.label)}"
    share, before, days = _percent(recent), _percent(earlier), f"{RECENT_DAYS} working days"
    fell = f"{share}, down from {before}"
    return Proposal(
        wordings=(
            f"{name}, {now} in {days}. That's {share}; it used to be {before}. Maybe ask for the next step each time?",
            f"A smaller share of your {whole} has led to {part} lately, {name}: {fell}. Go through one with a colleague?",
            f"You're putting in the work, {name}: {now}, or {fell}. Could you suggest a next step each time?",
        ),
        reason=(
            f"{capitalized(part)} from {whole}: {recent} over the last {days}, {earlier} over the ones "
            "before. The probability that the share fell by a quarter or more is "
            f"{min(fall.probability, _PROBABILITY_SHOWN_MAX):.1%}."
        ),
    )
