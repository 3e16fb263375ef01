"""One thing: one behaviour is far below its target over five worked days, and below what chance explains, while the rest is on
track."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import fmean
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.baseline import Baseline
from services.nudges.domain.history import is_plan_done, is_worked, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import day_noun, first_name, lowered, number
from services.nudges.domain.trends.low_counts import probability_of_sum_as_low
from services.nudges.rules.rule import AlarmBudget, Proposal, rep_rule
from shared.events import BehaviourKey, BehaviourResult, DayReport, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

DAYS_USED: Final = 5
DAYS_KNOWN_MIN: Final = 20
PROBABILITY_MAX: Final = 1 / 250
"""Of five days that are as low while the rep is on track, all behaviours taken together: each day has at most this chance of a
false hint."""
SHORT_MAX: Final = Decimal("0.5")
ON_TRACK_MIN: Final = Decimal("0.8")
COOLDOWN_DAYS: Final = 14
_WHOLE_DAY: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Total:
    """A behaviour over the days: how many counted, how many were asked for, on how many days, and how many full days these
    are."""

    behaviour: BehaviourResult
    count: int
    target: Decimal
    days: int
    exposure: Decimal

    @property
    def share(self) -> Decimal:
        return self.count / self.target


def is_still_short(context: RuleContext) -> bool:
    """Whether a behaviour with a target today still came to less than 80% of its targets."""
    report = context.report
    totals = _totals(context.history.recent(report.day)[:DAYS_USED])
    planned = {behaviour.key for behaviour in planned_behaviours(report)}
    return any(total.behaviour.key in planned and total.share < ON_TRACK_MIN for total in totals)


@rep_rule(
    name="one_thing",
    title=marked("One thing"),
    when=marked(
        "Over five worked days one behaviour came to less than half of its targets, and to less than chance explains as the "
        "rep's own days vary, and all others to 80% or more."
    ),
    limits=marked(
        "At most one false hint per rep in 250 working days; at most once in two weeks. Silent until twenty full days "
        "before the five are known. Never about days before the playbook was announced, nor about days for which the rep was "
        "praised. After a hint, these days are not praised for two days."
    ),
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=220,
    cooldown_days=COOLDOWN_DAYS,
    budget=AlarmBudget(
        working_days=250,
        false_alarm="By chance the behaviour came to less than half in these five days; over longer it is on track.",
        calibration="The rep's own full days before the five, twenty or more. If the rep is on track, at the target or at "
        "their own mean, whichever is lower, five days may be as low with a probability of at most one in 250, all behaviours "
        "taken together, under a negative binomial with the spread of those days and of their sums. The price: about a target "
        "of one a day the rule can hardly ever speak, about two a day only if the days vary little, and never about a "
        "behaviour that has always been below half.",
        silence="Until five worked days under today's playbook version are known, and before them twenty full days on which "
        "the same counted; for two weeks after a hint.",
    ),
    is_shortfall=True,
    contradicts_praise=True,
    is_reevaluated=True,
    still_nearly_true=is_still_short,
)
def one_thing(context: RuleContext) -> Proposal | None:
    """Proposed on an open working day when over the five worked days before it, all judged by today's playbook version, one
    behaviour with a target today came to less than half of its targets and to less than chance explains, and every other one
    to 80% or more."""
    report, baseline = context.report, context.baseline
    if baseline is None or report.silent or report.state != "open" or not is_worked(report) or is_plan_done(report):
        return None
    days = context.history.recent(report.day)[:DAYS_USED]
    if len(days) < DAYS_USED or not all(_is_comparable(day, report) for day in days):
        return None
    totals = _totals(days)
    short = [total for total in totals if total.share < ON_TRACK_MIN]
    if len(totals) < 2 or len(short) != 1:  # noqa: PLR2004 - there must be another behaviour
        return None
    (total,) = short
    if total.share >= SHORT_MAX:
        return None
    behaviour = next((planned for planned in planned_behaviours(report) if planned.key == total.behaviour.key), None)
    earlier = _counts_before(baseline, total.behaviour.key, days[-1].day)
    if behaviour is None or not _is_improbable(total, earlier, probability_max=PROBABILITY_MAX / len(totals)):
        return None
    return _proposal(context, behaviour, total, days, known=len(earlier))


def _counts_before(baseline: Baseline, key: BehaviourKey, first: date) -> list[int]:
    """Of the full days before a day on which the behaviour had a target."""
    return [day.counts[key] for day in baseline.past if day.day < first and key in day.counts and day.part == _WHOLE_DAY]


def _is_improbable(total: _Total, earlier: Sequence[int], *, probability_max: float) -> bool:
    """Whether days at the target, or at the rep's own mean if that is lower, are hardly ever as low."""
    if len(earlier) < DAYS_KNOWN_MIN:
        return False
    expected = min(float(total.target), fmean(earlier) * float(total.exposure))
    return probability_of_sum_as_low(total.count, earlier, expected=expected, days=total.days) <= probability_max


def _proposal(
    context: RuleContext, behaviour: BehaviourResult, total: _Total, days: Sequence[DayReport], *, known: int
) -> Proposal:
    label, first = lowered(behaviour.label), days[-1].day
    progress = filled(gettext("{count} of {target}"), count=total.count, target=number(total.target))
    return Proposal(
        since=first,
        wordings=worded(
            gettext(
                "One thing for today, {name}: {label}. You've done {progress} in five working days; everything else is on "
                "track."
            ),
            gettext(
                "{name}, everything is on track except {label}: {progress} in five working days. Could you do those first "
                "today?"
            ),
            gettext("{label} got squeezed lately, {name}: {progress} in five working days. Would a fixed time help?"),
            name=first_name(context.report.rep.name),
            label=label,
            progress=progress,
        ),
        reason=filled(
            gettext(
                "Over the five working days since {day}, {label} came to {progress}, less than half of the target. Given how "
                "your {known} full days before that vary, chance alone rarely explains so few. Everything else came to 80% or "
                "more."
            ),
            day=day_noun(first, today=context.today),
            label=label,
            progress=progress,
            known=known,
        ),
    )


def _is_comparable(day: DayReport, today: DayReport) -> bool:
    return day.state == "closed" and day.playbook_version is not None and day.playbook_version == today.playbook_version


def _totals(days: Sequence[DayReport]) -> list[_Total]:
    """Of each behaviour that had a target on any of the days."""
    planned = [(behaviour, day.part) for day in days for behaviour in planned_behaviours(day)]
    by_key = {behaviour.key: behaviour for behaviour, _ in planned}
    return [_total(behaviour, [pair for pair in planned if pair[0].key == key]) for key, behaviour in by_key.items()]


def _total(behaviour: BehaviourResult, planned: Sequence[tuple[BehaviourResult, Decimal]]) -> _Total:
    """Of a behaviour on each of its days, with the part of the day that was worked."""
    return _Total(
        behaviour=behaviour,
        count=sum(on_day.count for on_day, _ in planned),
        target=sum((on_day.target for on_day, _ in planned), Decimal(0)),
        days=len(planned),
        exposure=sum((part for _, part in planned), Decimal(0)),
    )
