"""One thing: one behaviour is far below its target over five worked days, while the rest is on track."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import is_plan_done, is_worked, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized, day_name, first_name, lowered, number
from services.nudges.rules.rule import AlarmBudget, Proposal, rep_rule
from shared.events import BehaviourResult, DayReport, NudgeKind

DAYS_USED: Final = 5
SHORT_MAX: Final = Decimal("0.5")
ON_TRACK_MIN: Final = Decimal("0.8")
COOLDOWN_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class _Total:
    """A behaviour over the days: how many counted, and how many were asked for."""

    behaviour: BehaviourResult
    count: int
    target: Decimal

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
    title="One thing",
    when="Over five worked days one behaviour came to less than half of its targets, and all others to 80% or more.",
    limits="At most once in two weeks; never about days before the playbook was announced, nor about days for which the rep "
    "was praised. After a hint, these days are not praised for two days.",
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=220,
    cooldown_days=COOLDOWN_DAYS,
    budget=AlarmBudget(
        working_days=250,
        false_alarm="By chance the behaviour came to less than half in these five days; over longer it is on track.",
        calibration="Nothing yet: the same limits apply to everybody, so the budget is not guaranteed.",
        silence="Until five worked days under today's playbook version are known; for two weeks after a hint.",
    ),
    is_shortfall=True,
    contradicts_praise=True,
    is_reevaluated=True,
    still_nearly_true=is_still_short,
)
def one_thing(context: RuleContext) -> Proposal | None:
    """Proposed on an open working day when over the five worked days before it, all judged by today's playbook version, one
    behaviour with a target today came to less than half of its targets, and every other one to 80% or more."""
    report = context.report
    if report.silent or report.state != "open" or not is_worked(report) or is_plan_done(report):
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
    return _proposal(context, behaviour, total, days) if behaviour is not None else None


def _proposal(context: RuleContext, behaviour: BehaviourResult, total: _Total, days: Sequence[DayReport]) -> Proposal:
    name, label = first_name(context.report.rep.name), lowered(behaviour.label)
    progress, first = f"{total.count} of {number(total.target)}", days[-1].day
    return Proposal(
        since=first,
        wordings=(
            f"One thing for today, {name}: {label}. You've done {progress} in five working days; everything else is on track.",
            f"{name}, everything is on track except {label}: {progress} in five working days. Could you do those first today?",
            f"{capitalized(label)} got squeezed lately, {name}: {progress} in five working days. Would a fixed time help?",
        ),
        reason=(
            f"Over the five working days since {day_name(first, today=context.today)}, {label} came to {progress}, less than "
            "half of the target. Everything else came to 80% or more."
        ),
    )


def _is_comparable(day: DayReport, today: DayReport) -> bool:
    return day.state == "closed" and day.playbook_version is not None and day.playbook_version == today.playbook_version


def _totals(days: Sequence[DayReport]) -> list[_Total]:
    """Of each behaviour that had a target on any of the days."""
    planned = [behaviour for day in days for behaviour in planned_behaviours(day)]
    by_key = {behaviour.key: behaviour for behaviour in planned}
    return [
        _Total(
            behaviour=behaviour,
            count=sum(other.count for other in planned if other.key == key),
            target=sum((other.target for other in planned if other.key == key), Decimal(0)),
        )
        for key, behaviour in by_key.items()
    ]
