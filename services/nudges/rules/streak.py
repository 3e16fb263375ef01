"""Streak: the plan is done on one worked day after another."""

from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import HISTORY_DAYS, count_streak, done_phrase, is_plan_done, is_worked
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized, count_phrase, day_name, day_phrase, first_name
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import NudgeKind

FIRST_LENGTHS: Final = (3, 5)
EVERY: Final = 10


@possible_if(lambda report, _: is_plan_done(report))
@rep_rule(
    name="streak",
    title="Streak",
    when="The plan is done on 3, 5, 10, 20 and every further ten worked days in a row, up to 150.",
    limits="Leave and holidays are passed over. So is one missed day a month, if the plan was done on the three worked days "
    "before it and on the next one; the message then says so. If a target was not reached on one of the days, it speaks of "
    "scores of 100.",
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
    name, day = first_name(report.rep.name), day_phrase(report.day, today=context.today)
    last = day_name(report.day, today=context.today)
    in_a_row = "" if repaired else " in a row"
    on_plan = done_phrase(done, plan="on plan", score="with a score of 100 or more")
    hit = done_phrase(done, plan="you hit your plan", score="you scored 100 or more")
    reached = done_phrase(done, plan="Plan reached", score="A score of 100 or more")
    made_up = f" You made up for {count_phrase(repaired, 'missed day')} along the way." if repaired else ""
    return Proposal(
        wordings=(
            f"{capitalized(last)} made it {length} working days{in_a_row} {on_plan}, {name}. Real consistency.{made_up}",
            f"{name}, {hit} {day}. That's {length} working days {on_plan if repaired else 'running'}.{made_up}",
            f"Your streak reached {length} working days {on_plan} {day}, {name}. Well done.{made_up}",
            f"You did it again {day}, {name}: {length} working days{in_a_row} {on_plan}.{made_up}",
            f"{name}, that's {length} working days {on_plan} as of {last}. Keep it going.{made_up}",
        ),
        reason=f"{reached} {day} and on {length - 1} working days before that.{made_up}",
    )
