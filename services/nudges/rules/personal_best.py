"""Personal best: more of a behaviour, or a higher score, than on any worked day before."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_PERSONAL_BEST, Called
from services.nudges.domain.history import PLAN_DONE_SCORE, count_of, is_worked
from services.nudges.domain.phrases import first_name, name_of_day
from shared.events import BehaviourResult, DayReport, NudgeKind

DAYS_MIN: Final = 10
COUNT_MIN: Final = 3
REST_DAYS: Final = 7


def personal_best(situation: Situation) -> Called | None:
    """Called for when a count, or the score, is above that of every worked day known before it, of which there must be ten.

    Only days that the same definition judged are compared. A count below three, or below what the day asks for, is no record,
    nor is one where there were none before. A score is none below 100, or on a day that asked less of a behaviour than another
    did: half a day's target is sooner passed.
    """
    report = situation.report
    if report.silent or not is_worked(report):
        return None
    before = [day for day in situation.history.worked if day.playbook_version == report.playbook_version]
    if len(before) < DAYS_MIN:
        return None
    found = next((best for one in report.behaviours if (best := _of_behaviour(one, before)) is not None), None)
    found = found or _of_score(report, before)
    if found is None:
        return None
    what, was = found
    name, day = first_name(report.rep.name), name_of_day(report)
    return Called(
        rule=RULE_PERSONAL_BEST,
        kind=NudgeKind.CELEBRATION,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=(
            f"A new high {day}, {name}: {what}. Until now it was {was}.",
            f"{name}, {what} {day}: more than on any of the {len(before)} worked days before.",
            f"{name}, a record of your own {day}: {what}. The last one was {was}.",
            f"You have passed your own mark {day}, {name}: {what}, up from {was}.",
        ),
        reason=f"On {report.day}: {what}; on the {len(before)} worked days before it that are known, at most {was}.",
        rest_days=REST_DAYS,
    )


def _of_behaviour(one: BehaviourResult, before: Sequence[DayReport]) -> tuple[str, str] | None:
    """What was reached, and what was the most before."""
    if one.count < COUNT_MIN or one.target == 0 or one.count < one.target:
        return None
    most = max(count_of(day, one.key) for day in before)
    return (f"{one.count} {one.label.lower()}", str(most)) if 0 < most < one.count else None


def _of_score(report: DayReport, before: Sequence[DayReport]) -> tuple[str, str] | None:
    if report.score is None or report.score < PLAN_DONE_SCORE:
        return None
    highest = max(day.score for day in before if day.score is not None)
    asked = {one.key: one.target for one in report.behaviours}
    asked_less = any(one.target > asked.get(one.key, Decimal(0)) for day in before for one in day.behaviours)
    shown, was = f"{report.score:.0f}", f"{highest:.0f}"
    if report.score <= highest or shown == was or asked_less:
        return None
    return f"a score of {shown}", was
