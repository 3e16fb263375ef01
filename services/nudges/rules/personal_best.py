"""Personal best: more of a behaviour, or a higher score, than on any earlier worked day under the same playbook version."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import takewhile
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import PLAN_DONE_SCORE, count_of, has_activity, is_plan_done, is_worked
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import counted, day_phrase, first_name
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import BehaviourResult, DayReport, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

DAYS_KNOWN_MIN: Final = 10
COUNT_MIN: Final = 3
COOLDOWN_DAYS: Final = 7


@possible_if(lambda report, _: is_plan_done(report) or any(map(_may_be_record, report.behaviours)))
@rep_rule(
    name="personal_best",
    title=marked("Personal best"),
    when=marked(
        "A count, or the score, is above that of every known working day with activity under the same playbook version."
    ),
    limits=marked(
        "Not against fewer than ten days with activity, not for less than the day's target, and at most once a week."
    ),
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=130,
    cooldown_days=COOLDOWN_DAYS,
    is_reevaluated=True,
)
def personal_best(context: RuleContext) -> Proposal | None:
    """Proposed when a count, or the score, is above that of every active day known before it, ten or more.

    Only the days just before it that the same playbook version judged are compared: under another one something else may have
    counted. A count below three, or below the day's target, is no record, nor is one where there were none before. A score is
    no record below 100, or on a day that asked less of a behaviour than some earlier day: half a day's target is sooner passed.
    """
    report = context.report
    if report.silent or not is_worked(report):
        return None
    same_version = takewhile(lambda day: day.playbook_version == report.playbook_version, context.history.worked)
    before = [day for day in same_version if has_activity(day)]
    if len(before) < DAYS_KNOWN_MIN:
        return None
    records = (_record_of_count(behaviour, before) for behaviour in report.behaviours)
    record = next((record for record in records if record is not None), None) or _record_of_score(report, before)
    if record is None:
        return None
    best, previous = record
    name, day = first_name(report.rep.name), day_phrase(report.day, today=context.today)
    return Proposal(
        wordings=worded(
            gettext("{name}, {best} {day}: your best in {days} working days. The best before that was {previous}."),
            gettext("Your best in {days} working days, {name}: {best} {day}. Before that it was {previous}."),
            gettext("Well done, {name}: {best} {day}, your best in {days} working days. It was {previous} before."),
            gettext("{name}, that was {best} {day}. Your best of the {days_before} working days before that was {previous}."),
            name=name,
            best=best,
            day=day,
            days=len(before) + 1,
            days_before=len(before),
            previous=previous,
        ),
        reason=filled(
            gettext(
                "{best} {day}. On the {days_before} working days before that under the same playbook version, the best was "
                "{previous}."
            ),
            best=best,
            day=day,
            days_before=len(before),
            previous=previous,
        ),
    )


def _record_of_count(behaviour: BehaviourResult, before: Sequence[DayReport]) -> tuple[str, str] | None:
    """The new record and the one before it, as phrases."""
    if not _may_be_record(behaviour):
        return None
    most = max(count_of(day, behaviour.key) for day in before)
    return (counted(behaviour.count, behaviour.label), str(most)) if 0 < most < behaviour.count else None


def _may_be_record(behaviour: BehaviourResult) -> bool:
    return behaviour.count >= COUNT_MIN and behaviour.target > 0 and behaviour.count >= behaviour.target


def _record_of_score(report: DayReport, before: Sequence[DayReport]) -> tuple[str, str] | None:
    if report.score is None or report.score < PLAN_DONE_SCORE:
        return None
    highest = max(day.score for day in before if day.score is not None)
    targets = {behaviour.key: behaviour.target for behaviour in report.behaviours}
    asks_less = any(behaviour.target > targets.get(behaviour.key, Decimal(0)) for day in before for behaviour in day.behaviours)
    shown, previous = f"{report.score:.0f}", f"{highest:.0f}"
    if report.score <= highest or shown == previous or asks_less:
        return None
    return gettext("a score of {score}").format(score=shown), previous
