"""Ratio: what is done most often leads to less of what it should lead to, judged with the uncertainty of such a share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.baseline import Baseline, PastDay
from services.nudges.domain.history import is_plan_done, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import counted, first_name, lowered
from services.nudges.rules.rule import AlarmBudget, Proposal, rep_rule
from shared.events import BehaviourKey, BehaviourResult, DayReport, NudgeKind
from shared.languages.formats import percent_text
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

RECENT_DAYS: Final = 20
EARLIER_DAYS: Final = 40
EARLIER_DAYS_MIN: Final = 20
FALL_FACTOR: Final = 0.75
SCORE_MAX: Final = -2.75
"""In standard errors. Simulated days without a fall are below it less than once in 250 days, two behaviours taken together."""
_CONVERTED_MIN: Final = 10
_HALF_INTERVAL: Final = 1.645
"""Of a 90% interval, in standard errors."""
COOLDOWN_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many of so many were converted, and on how many of each day."""

    days: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        return sum(whole for whole, _ in self.days)

    @property
    def converted(self) -> int:
        return sum(part for _, part in self.days)

    @property
    def value(self) -> float:
        return self.converted / self.total

    def variance(self, share: float) -> float:
        """Of the estimate, if `share` is the true one.

        It is that of a ratio of sums over independent days (Cochran, Sampling Techniques, 1977, section 2.11), because days
        vary by far more than independent activities would; but never less than of independent activities.
        """
        squared_residuals = sum((part - share * whole) ** 2 for whole, part in self.days)
        of_days = squared_residuals * len(self.days) / (len(self.days) - 1) / self.total**2
        return max(of_days, share * (1 - share) / self.total)

    def interval(self) -> tuple[float, float]:
        """A 90% interval of the share: Wilson's, for as many independent activities as would have the variance of the days
        (Brown, Cai and DasGupta 2001, Interval Estimation for a Binomial Proportion)."""
        share = (self.converted + 0.5) / (self.total + 1)
        independent = share * (1 - share) / self.variance(share)
        prior = _HALF_INTERVAL**2 / independent
        center = self.value + prior / 2
        half = math.sqrt(prior * (self.value * (1 - self.value) + prior / 4))
        return (center - half) / (1 + prior), (center + half) / (1 + prior)

    def __str__(self) -> str:
        low, high = self.interval()
        return filled(
            gettext("{converted} of {total} ({share}; 90% interval {low} to {high})"),
            converted=self.converted,
            total=self.total,
            share=percent_text(self.value),
            low=percent_text(max(0.0, low)),
            high=percent_text(high),
        )


def score_of_fall(recent: Share, earlier: Share) -> float:
    """By how many standard errors the share has changed, negative for a fall: a score test, whose errors are those without a
    change."""
    both = (recent.converted + earlier.converted) / (recent.total + earlier.total)
    return (recent.value - earlier.value) / math.sqrt(recent.variance(both) + earlier.variance(both))


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
    title=marked("Ratio"),
    when=marked(
        "A smaller share of the behaviour with the largest target leads to another behaviour: it has fallen by a quarter or "
        "more, and by more than chance explains as the share varies from day to day. The message states both shares with their "
        "uncertainty."
    ),
    limits=marked(
        "At most one false hint per rep in 250 working days; at most once in two weeks, and not with fewer than forty "
        "active days."
    ),
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=210,
    cooldown_days=COOLDOWN_DAYS,
    budget=AlarmBudget(
        working_days=250,
        false_alarm="The share is what it was: by chance fewer have followed.",
        calibration="The errors of both shares are estimated from how much the rep's own days vary. The limit is 2.75 of them: "
        "simulated days without a fall are beyond it less than once in 250 days, for two behaviours taken together.",
        silence="Until the rep has forty active days, with ten of the other behaviour in the earlier ones; after a working day "
        "without activity; for two weeks after a hint.",
    ),
    is_shortfall=True,
    is_reevaluated=True,
    still_nearly_true=is_still_fallen,
)
def ratio(context: RuleContext) -> Proposal | None:
    """Proposed on an open day after an active one when of the behaviour with the largest target a smaller share led to another
    behaviour over the last twenty active days than over the twenty to forty before them: below three quarters of what it was,
    and beyond chance. Of several the most certain is named. A behaviour with fewer than ten in the earlier days tells too
    little, and one that is more frequent than the other is no part of it."""
    report, baseline = context.report, context.baseline
    if baseline is None or report.silent or report.state != "open" or report.score is None or is_plan_done(report):
        return None
    planned = _planned_by_target(report)
    recent, earlier = _periods(baseline)
    if not planned or len(earlier) < EARLIER_DAYS_MIN or not baseline.past[-1].has_activity:
        return None
    most_frequent, *others = planned
    falls = [_fall(most_frequent, other, recent=recent, earlier=earlier) for other in others]
    certain = [fall for fall in falls if fall is not None]
    surest = min(certain, key=lambda fall: fall.score, default=None)
    return _proposal(report, most_frequent, surest) if surest is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fall:
    behaviour: BehaviourResult
    recent: Share
    earlier: Share
    score: float


def _planned_by_target(report: DayReport) -> list[BehaviourResult]:
    return sorted(planned_behaviours(report), key=lambda behaviour: behaviour.target, reverse=True)


def _periods(baseline: Baseline) -> tuple[Sequence[PastDay], Sequence[PastDay]]:
    """The recent active days, and those before them."""
    return baseline.active[-RECENT_DAYS:], baseline.active[-RECENT_DAYS - EARLIER_DAYS : -RECENT_DAYS]


def _fall(
    most_frequent: BehaviourResult, other: BehaviourResult, *, recent: Sequence[PastDay], earlier: Sequence[PastDay]
) -> _Fall | None:
    now, before = (_share([day.counts for day in days], most_frequent.key, other.key) for days in (recent, earlier))
    if now is None or before is None or before.converted < _CONVERTED_MIN or now.value >= FALL_FACTOR * before.value:
        return None
    score = score_of_fall(now, before)
    return _Fall(behaviour=other, recent=now, earlier=before, score=score) if score <= SCORE_MAX else None


def _share(counts: Sequence[Mapping[BehaviourKey, int]], whole: BehaviourKey, part: BehaviourKey) -> Share | None:
    """Over the days that asked for both; None unless the part is smaller than the whole, and for a single day."""
    both = tuple((day[whole], day[part]) for day in counts if whole in day and part in day)
    share = Share(days=both)
    return share if len(both) > 1 and share.converted < share.total else None


def _percent(share: Share) -> str:
    """`3%`; a share that is not nothing is never shown as 0%."""
    is_shown_as_none = f"{share.value:.0%}" == "0%"
    return gettext("under 1%") if share.converted and is_shown_as_none else percent_text(share.value)


def _proposal(report: DayReport, most_frequent: BehaviourResult, fall: _Fall) -> Proposal:
    recent, earlier = fall.recent, fall.earlier
    whole, part = lowered(most_frequent.label), lowered(fall.behaviour.label)
    return Proposal(
        wordings=worded(
            gettext(
                "{name}, {converted} from {total} in {days} active days. That's {share}; it used to be {before}. Maybe ask for "
                "the next step each time?"
            ),
            gettext(
                "A smaller share of your {whole} has led to {part} lately, {name}: {share}, down from {before}. Go through one "
                "with a colleague?"
            ),
            gettext(
                "You're putting in the work, {name}: {converted} from {total}, or {share}, down from {before}. Could you "
                "suggest a next step each time?"
            ),
            name=first_name(report.rep.name),
            converted=counted(recent.converted, fall.behaviour.label),
            total=counted(recent.total, most_frequent.label),
            days=RECENT_DAYS,
            share=_percent(recent),
            before=_percent(earlier),
            whole=whole,
            part=part,
        ),
        reason=filled(
            gettext(
                "{part} from {whole}: {recent} over the last {days} active days, {earlier} over the ones before. The intervals "
                "allow for how much the share varies from day to day; chance alone rarely explains such a fall."
            ),
            part=part,
            whole=whole,
            recent=str(recent),
            days=RECENT_DAYS,
            earlier=str(earlier),
        ),
    )
