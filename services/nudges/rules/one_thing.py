"""One thing: one behaviour lies far under its target for five worked days, while the rest holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_ONE_THING, Called
from services.nudges.domain.history import is_plan_done, is_worked
from services.nudges.domain.phrases import first_name, number
from shared.events import BehaviourResult, DayReport, NudgeKind

DAYS_LOOKED_AT: Final = 5
SHORT_MAX: Final = Decimal("0.5")
HOLDS_MIN: Final = Decimal("0.8")
REST_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class _Total:
    """A behaviour over the days: what counted, of what was asked for."""

    behaviour: BehaviourResult
    count: int
    target: Decimal

    @property
    def share(self) -> Decimal:
        return self.count / self.target


def one_thing(situation: Situation) -> Called | None:
    """Called for on an open working day when over the five worked days before it, all judged by today's definition, one
    behaviour that is asked for today came to less than half of its targets, and every other one to 80% or more."""
    report = situation.report
    if report.silent or report.state != "open" or not is_worked(report) or is_plan_done(report):
        return None
    days = situation.history.before(report.day)[:DAYS_LOOKED_AT]
    if len(days) < DAYS_LOOKED_AT or not all(_is_comparable(day, report) for day in days):
        return None
    totals = _totals(days)
    short = [one for one in totals if one.share < HOLDS_MIN]
    if len(totals) < 2 or len(short) != 1 or short[0].share >= SHORT_MAX:  # noqa: PLR2004 - without another nothing holds
        return None
    asked = next((one for one in report.behaviours if one.key == short[0].behaviour.key and one.target > 0), None)
    if asked is None:
        return None
    name, label = first_name(report.rep.name), asked.label.lower()
    had, first = f"{short[0].count} of {number(short[0].target)}", days[-1].day
    return Called(
        rule=RULE_ONE_THING,
        kind=NudgeKind.COACHING,
        occasion=report.day.isoformat(),
        is_shortfall=True,
        since=first,
        wordings=(
            f"One thing for today, {name}: {label}, {had} in five worked days. The rest holds. Perhaps half an hour early on?",
            f"{name}, the rest holds; {label} came to {had} in five worked days. An idea: put them first today.",
            f"{label.capitalize()} had little room, {name}: {had} in five worked days. What about a fixed half hour today?",
        ),
        reason=(
            f"Over the five worked days from {first} on {label} came to {had}, which is less than half; every other behaviour "
            "to 80% or more."
        ),
        rest_days=REST_DAYS,
    )


def is_still_short(situation: Situation) -> bool:
    """Whether one behaviour that is asked for today still came to less than 80% of its targets, as none of the others does."""
    report = situation.report
    totals = _totals(situation.history.before(report.day)[:DAYS_LOOKED_AT])
    asked = {one.key for one in report.behaviours if one.target > 0}
    return any(one.behaviour.key in asked and one.share < HOLDS_MIN for one in totals)


def _is_comparable(day: DayReport, today: DayReport) -> bool:
    return day.state == "closed" and day.playbook_version is not None and day.playbook_version == today.playbook_version


def _totals(days: Sequence[DayReport]) -> list[_Total]:
    """Of each behaviour that was asked for on any of the days."""
    asked = [behaviour for day in days for behaviour in day.behaviours if behaviour.target > 0]
    by_key = {behaviour.key: behaviour for behaviour in asked}
    return [
        _Total(
            behaviour=behaviour,
            count=sum(one.count for one in asked if one.key == key),
            target=sum((one.target for one in asked if one.key == key), Decimal(0)),
        )
        for key, behaviour in by_key.items()
    ]
