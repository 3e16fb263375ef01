"""Ratio: what is done most often leads to less of what it should lead to, with the uncertainty that such a share has."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.baseline import PastDay, Watch
from services.nudges.domain.candidate import RULE_RATIO, Called
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.phrases import first_name
from shared.events import BehaviourResult, DayReport, NudgeKind

RECENT_DAYS: Final = 20
BEFORE_DAYS: Final = 40
BEFORE_DAYS_MIN: Final = 20
FACTOR_MAX: Final = 0.75
CERTAIN_MIN: Final = 0.95
_LED_TO_MIN: Final = 10
_STEPS: Final = 2_000
_STEP: Final = math.pi / 2 / _STEPS
_ANGLES: Final = tuple((step + 0.5) * _STEP for step in range(_STEPS))
_TAIL: Final = 0.05
_SAID_MAX: Final = 0.999
REST_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many of so many led to something, as a beta-binomial with Jeffreys' prior sees it."""

    led_to: int
    of: int

    @property
    def value(self) -> float:
        return self.led_to / self.of

    def density(self, angle: float) -> float:
        """Of the share sin²(angle), given what was counted, per step of the angle. In the share it is a beta distribution; over
        the angles Jeffreys' prior is even, so that nothing is infinite at a share of 0."""
        ours, others = self.led_to, self.of - self.led_to
        log_whole = math.lgamma(self.of + 1) - math.lgamma(ours + 0.5) - math.lgamma(others + 0.5) + math.log(2 * _STEP)
        return math.exp(log_whole + 2 * ours * math.log(math.sin(angle)) + 2 * others * math.log(math.cos(angle)))

    def interval(self) -> tuple[float, float]:
        """In which the share lies with a chance of 90%."""
        cumulative = list(accumulate(map(self.density, _ANGLES)))
        low, high = (bisect_left(cumulative, chance * cumulative[-1]) for chance in (_TAIL, 1 - _TAIL))
        return math.sin(_ANGLES[low]) ** 2, math.sin(_ANGLES[high]) ** 2

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.led_to} of {self.of} ({self.value:.0%}, with 90% certainty {low:.0%} to {high:.0%})"


def chance_of_fall(recent: Share, before: Share, *, factor: float) -> float:
    """P(recent share < `factor` x share before), both known by their counts only, each with Jeffreys' prior (Gelman and
    others, Bayesian Data Analysis, 2013, section 2.4). The integral over the share before is a sum over 2,000 angles."""
    cumulative = [0.0, *accumulate(map(recent.density, _ANGLES))]

    def below(angle: float) -> float:
        return cumulative[round(math.asin(math.sqrt(factor) * math.sin(angle)) / _STEP)]

    return min(1.0, sum(before.density(angle) * below(angle) for angle in _ANGLES))


def ratio(situation: Situation) -> Called | None:
    """Called for on an open day when of what is asked for most often, the behaviour with the largest target, a smaller share
    led to another behaviour over the last twenty worked days than over the twenty to forty before them: with a chance of 95%
    or more the share is below three quarters of what it was. Of several the surest speaks. A behaviour that comes to less
    than ten in the days before tells too little, and one that is more frequent than the other is no part of it."""
    report, watch = situation.report, situation.watch
    if watch is None or report.silent or report.state != "open" or report.score is None or is_plan_done(report):
        return None
    asked = _asked_by_target(report)
    recent, before = _spans(watch)
    if len(asked) < 2 or len(before) < BEFORE_DAYS_MIN:  # noqa: PLR2004 - one behaviour has no ratio
        return None
    whole, *parts = asked
    found = [fall for part in parts if (fall := _fall(whole, part, recent=recent, before=before)) is not None]
    surest = max(found, key=lambda fall: fall.chance, default=None)
    return _called(situation, whole, surest) if surest is not None else None


def is_still_fallen(situation: Situation) -> bool:
    """Whether a share, however sure, is still below three quarters of what it was."""
    if situation.watch is None:
        return False
    whole, *parts = _asked_by_target(situation.report)
    recent, before = _spans(situation.watch)
    pairs = [[_share([day.counts for day in days], whole.key, part.key) for days in (recent, before)] for part in parts]
    return any(now is not None and then is not None and now.value < FACTOR_MAX * then.value for now, then in pairs)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fall:
    part: BehaviourResult
    recent: Share
    before: Share
    chance: float


def _asked_by_target(report: DayReport) -> list[BehaviourResult]:
    return sorted((one for one in report.behaviours if one.target > 0), key=lambda one: one.target, reverse=True)


def _spans(watch: Watch) -> tuple[Sequence[PastDay], Sequence[PastDay]]:
    """The recent worked days, and those before them."""
    return watch.past[-RECENT_DAYS:], watch.past[-RECENT_DAYS - BEFORE_DAYS : -RECENT_DAYS]


def _fall(
    whole: BehaviourResult, part: BehaviourResult, *, recent: Sequence[PastDay], before: Sequence[PastDay]
) -> _Fall | None:
    now, then = (_share([day.counts for day in days], whole.key, part.key) for days in (recent, before))
    if now is None or then is None or then.led_to < _LED_TO_MIN or now.value >= FACTOR_MAX * then.value:
        return None
    chance = chance_of_fall(now, then, factor=FACTOR_MAX)
    return _Fall(part=part, recent=now, before=then, chance=chance) if chance >= CERTAIN_MIN else None


def _share(counts: Sequence[Mapping[str, int]], whole: str, part: str) -> Share | None:
    """Over the days that asked for both; None where the part is not smaller than the whole."""
    both = [day for day in counts if whole in day and part in day]
    of, led_to = sum(day[whole] for day in both), sum(day[part] for day in both)
    return Share(led_to=led_to, of=of) if led_to < of else None


def _called(situation: Situation, whole: BehaviourResult, fall: _Fall) -> Called:
    report, recent, before = situation.report, fall.recent, fall.before
    name, of, led_to = first_name(report.rep.name), whole.label.lower(), fall.part.label.lower()
    now, then = f"{recent.led_to} {led_to} from {recent.of} {of}", f"{before.value:.0%}"
    return Called(
        rule=RULE_RATIO,
        kind=NudgeKind.COACHING,
        occasion=report.day.isoformat(),
        is_shortfall=True,
        wordings=(
            f"{name}, lately {now}; it used to be {then}. What about asking for the next step in each one today?",
            f"{now} in four weeks, {name}, where {then} was usual. Perhaps go through one with a colleague today?",
            f"The work is there, {name}: {now}, before it was {then}. One idea: end each with a date for the next step.",
        ),
        reason=(
            f"{led_to.capitalize()} of {of}: {recent} over the last {RECENT_DAYS} worked days, {before} over those before. The "
            f"chance that the share fell by a quarter or more is {min(fall.chance, _SAID_MAX):.1%}."
        ),
        rest_days=REST_DAYS,
    )
