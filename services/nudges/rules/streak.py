"""Streak: the plan is done on one worked day after another."""

from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import HISTORY_DAYS, are_targets_met, count_streak, is_plan_done, is_worked
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import count_phrase, day_noun, day_phrase, first_name
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

FIRST_LENGTHS: Final = (3, 5)
EVERY: Final = 10


@possible_if(lambda report, _: is_plan_done(report))
@rep_rule(
    name="streak",
    title=marked("Streak"),
    when=marked("The plan is done on 3, 5, 10, 20 and every further ten worked days in a row, up to 150."),
    limits=marked(
        "Leave and holidays are passed over. So is one missed day a month, if the plan was done on the three worked days "
        "before it and on the next one; the message then says so. If a target was not reached on one of the days, it speaks of "
        "scores of 100."
    ),
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=120,
    requires_done_plan=True,
    is_reevaluated=True,
)
def streak(context: RuleContext) -> Proposal | None:
    """Proposed on the day that makes 3, 5, 10, 20 and every further ten worked days with the plan done, up to 150: of a longer
    streak the beginning is not known.

    Days that are not worked neither break a streak nor lengthen it. `count_streak` says which misses are passed over.
    """
    report = context.report
    if report.silent or not is_worked(report) or not is_plan_done(report):
        return None
    streak_now = count_streak((report, *context.history.worked))
    done, repaired = streak_now.done, streak_now.repaired
    length = len(done)
    if length + repaired > HISTORY_DAYS:
        return None
    if length not in FIRST_LENGTHS and length % EVERY:
        return None
    day = day_phrase(report.day, today=context.today)
    is_plan = all(map(are_targets_met, done))
    made_up = filled(gettext("You made up for {days} along the way."), days=count_phrase(repaired, "missed day"))
    wordings = worded(
        gettext("{last} made it {days_in_a_row}, {name}. Real consistency."),
        gettext("{name}, you hit your plan {day}. That's {days_running}.")
        if is_plan
        else gettext("{name}, you scored 100 or more {day}. That's {days_running}."),
        gettext("Your streak reached {days} {day}, {name}. Well done."),
        gettext("You did it again {day}, {name}: {days_in_a_row}."),
        gettext("{name}, that's {days} as of {last}. Keep it going."),
        name=first_name(report.rep.name),
        day=day,
        last=day_noun(report.day, today=context.today),
        days=_days_done(length, is_plan=is_plan),
        days_in_a_row=_days_done(length, is_plan=is_plan) if repaired else _days_in_a_row(length, is_plan=is_plan),
        days_running=_days_done(length, is_plan=is_plan)
        if repaired
        else gettext("{count} working days running").format(count=length),
    )
    reason = (
        gettext("Plan reached {day} and on {count} working days before that.")
        if is_plan
        else gettext("A score of 100 or more {day} and on {count} working days before that.")
    )
    texts = (*wordings, filled(reason, day=day, count=length - 1))
    *wordings_with, reason_with = [f"{text} {made_up}" if repaired else text for text in texts]
    return Proposal(wordings=tuple(wordings_with), reason=reason_with)


def _days_done(count: int, *, is_plan: bool) -> str:
    if is_plan:
        return gettext("{count} working days on plan").format(count=count)
    return gettext("{count} working days with a score of 100 or more").format(count=count)


def _days_in_a_row(count: int, *, is_plan: bool) -> str:
    if is_plan:
        return gettext("{count} working days in a row on plan").format(count=count)
    return gettext("{count} working days in a row with a score of 100 or more").format(count=count)
