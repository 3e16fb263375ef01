"""Streak: the plan is done on one worked day after another."""

from collections.abc import Sequence
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import HISTORY_DAYS, done_phrase, is_plan_done, is_worked
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized, count_phrase, day_name, day_phrase, first_name
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import DayReport, NudgeKind

FIRST_LENGTHS: Final = (3, 5)
EVERY: Final = 10
DONE_BEFORE_REPAIR_MIN: Final = 3


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

    Days that are not worked neither break a streak nor lengthen it. Counting back from the day, one missed day of each
    calendar month is passed over: it is repaired when the plan is done on the next worked day and was done on the three
    before it. A second miss in a row, or in the same month, ends the streak.
    """
    report = context.report
    if report.silent or not is_worked(report) or not is_plan_done(report):
        return None
    done, repaired = _count_back((report, *context.history.worked))
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


def _count_back(days: Sequence[DayReport]) -> tuple[list[DayReport], int]:
    """The days of the streak that ends with the first of these days, the newest, and how many misses were repaired in it."""
    done, repaired = list[DayReport](), set[tuple[int, int]]()
    for number, day in enumerate(days):
        if is_plan_done(day):
            done.append(day)
            continue
        month, earlier = (day.day.year, day.day.month), days[number + 1 : number + 1 + DONE_BEFORE_REPAIR_MIN]
        if month in repaired or len(earlier) < DONE_BEFORE_REPAIR_MIN or not all(map(is_plan_done, earlier)):
            break
        repaired.add(month)
    return done, len(repaired)
