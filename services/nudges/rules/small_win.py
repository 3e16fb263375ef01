"""Small win: the first of its kind for a while."""

from datetime import date
from itertools import takewhile
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import count_of, has_activity, is_worked, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import counted, day_noun, day_phrase, first_name, noun
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import BehaviourKey, BehaviourResult, DayReport, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

DRY_DAYS_MIN: Final = 10
FEW_A_DAY: Final = 2
COOLDOWN_DAYS: Final = 7


@possible_if(lambda _, begun: bool(begun))
@rep_rule(
    name="small_win",
    title=marked("Small win"),
    when=marked(
        "The first of a behaviour after ten or more worked days that had other activity but none of it. If its target is at "
        "most two a day, also the first of a quarter."
    ),
    limits=marked("At most once a week."),
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=140,
    cooldown_days=COOLDOWN_DAYS,
    is_reevaluated=True,
)
def small_win(context: RuleContext) -> Proposal | None:
    """Proposed for the first of a behaviour after ten or more worked days that asked for it and had only other activity, and
    for the first in a quarter of a behaviour with a target of at most two a day: the first of twenty calls is nothing special.

    Days count only as far back as the behaviour was in the playbook: before that it is unknown what was done. The quarter
    counts only if it was there on every worked day of it, and for reps who were here before it began.
    """
    report = context.report
    if report.silent or not is_worked(report):
        return None
    for behaviour in report.behaviours:
        since = _first_since(behaviour, context) if behaviour.count and behaviour.target else None
        if since is not None:
            return _proposal(context, behaviour, since)
    return None


def _proposal(context: RuleContext, behaviour: BehaviourResult, since: str) -> Proposal:
    report = context.report
    name, day = first_name(report.rep.name), day_phrase(report.day, today=context.today)
    first = filled(gettext("your first {thing} {since}"), thing=noun(behaviour.label, 1), since=since)
    return Proposal(
        wordings=worded(
            gettext("{day}'s good news, {name}: {first}."),
            gettext("{name}, {day} brought {first}. Nice work."),
            gettext("Things are moving, {name}: {on_day} you got {first}."),
            gettext("{first} came {on_day}, {name}. Well done for sticking with it."),
            name=name,
            day=day_noun(report.day, today=context.today),
            on_day=day,
            first=first,
        ),
        reason=filled(
            gettext("{done} {on_day}, the first {since}."),
            done=counted(behaviour.count, behaviour.label),
            on_day=day,
            since=since,
        ),
    )


def _first_since(behaviour: BehaviourResult, context: RuleContext) -> str | None:
    """Since when it is the first, as a phrase; None when it is not."""
    day, worked = context.report.day, context.history.worked
    dry = list(takewhile(lambda earlier: _had_none(earlier, behaviour.key), worked))
    active = [earlier for earlier in dry if has_activity(earlier)]  # on the others the rep may have been away
    if sum(_asked_for(earlier, behaviour.key) for earlier in active) >= DRY_DAYS_MIN:
        return gettext("in {count} working days").format(count=len(active))
    quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    in_quarter = [earlier for earlier in worked if earlier.day >= quarter]
    was_here = len(in_quarter) < len(worked)
    if behaviour.target <= FEW_A_DAY and was_here and all(_had_none(earlier, behaviour.key) for earlier in in_quarter):
        return gettext("of the quarter")
    return None


def _had_none(day: DayReport, key: BehaviourKey) -> bool:
    """Whether the day's playbook had the behaviour, and it was not done."""
    return any(behaviour.key == key for behaviour in day.behaviours) and not count_of(day, key)


def _asked_for(day: DayReport, key: BehaviourKey) -> bool:
    return any(behaviour.key == key for behaviour in planned_behaviours(day))
