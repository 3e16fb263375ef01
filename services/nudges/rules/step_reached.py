"""Step reached: the count of a goal has reached the rep's next step. The message also names the step after it."""

from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.ladder import Ladder, step_size_phrase
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import counted, day_phrase, first_name, long_date
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import GoalResult, NudgeKind

COOLDOWN_DAYS: Final = 3


@rep_rule(
    name="step_reached",
    title="Step reached",
    when="The count of a goal has reached the rep's next step. The message names the step after it.",
    limits="At most once in three days.",
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=110,
    cooldown_days=COOLDOWN_DAYS,
)
def step_reached(context: RuleContext) -> Proposal | None:
    """Proposed on the day on which a step of a ladder was reached, while the count has not fallen below it again.

    If a new period has begun since, the next step is the first of that period.
    """
    report = context.report
    if report.silent:
        return None
    for goal in report.goals:
        ladder = context.ladder_of(goal)
        if ladder is not None and ladder.reached_on == report.day and goal.count >= ladder.reached:
            return _proposal(context, goal, ladder)
    return None


def _proposal(context: RuleContext, goal: GoalResult, ladder: Ladder) -> Proposal:
    report, begun = context.report, long_date(goal.period_start, today=context.today)
    name, day = first_name(report.rep.name), day_phrase(report.day, today=context.today)
    newest = max((other for other in context.ladders if other.goal == goal.key), key=lambda other: other.period_start)
    is_over = newest is not ladder
    label = goal.label.replace(f"this {goal.period}", f"last {goal.period}") if is_over else goal.label
    reached = counted(goal.count, label)
    following = f"{newest.next_step} in the new {goal.period}" if is_over else f"{ladder.next_step}"
    return Proposal(
        occasion=f"{goal.key} from {goal.period_start.isoformat()}: {ladder.reached}",
        wordings=(
            f"That's {reached}, {name}. Your next step is {following}.",
            f"{name}, {day} you got to {reached}. Next up: {following}.",
            f"A step further {day}, {name}: {reached}. From here it's on to {following}.",
            f"Well done, {name}: {reached}. The next step is {following}.",
            f"{name}, that makes {reached}. Up next: {following}.",
        ),
        reason=f"{label}: {goal.count} since {begun}. The next step is {following}, {step_size_phrase(goal, newest)}.",
    )
