"""Step reached: the count of a goal has reached the rep's next step. The message also names the step after it."""

from datetime import timedelta
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.ladder import Ladder, step_size_phrase
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import counted, day_phrase, first_name, long_date
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import GoalResult, NudgeKind

COOLDOWN_DAYS: Final = 3
_LONGEST: Final = {"week": timedelta(days=7), "month": timedelta(days=31), "quarter": timedelta(days=92)}


@possible_if(lambda report, _: bool(report.goals))
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
    occasion = f"{goal.key} from {goal.period_start.isoformat()}: {ladder.reached}"
    size = step_size_phrase(goal, newest)
    if newest is not ladder:
        label, period = goal.label.replace(f" this {goal.period}", ""), _period_that_is_over(goal, newest, begun)
        following = f"{newest.next_step} in the new {goal.period}"
        return Proposal(
            occasion=occasion,
            wordings=_wordings_after_the_period(name, period, counted(goal.count, label), following),
            reason=(
                f"{label}: {goal.count} from {begun} to {long_date(report.day, today=context.today)}. "
                f"The next step is {following}, {size}."
            ),
        )
    reached = counted(goal.count, goal.label)
    return Proposal(
        occasion=occasion,
        wordings=(
            f"That's {reached}, {name}. Your next step is {ladder.next_step}.",
            f"{name}, {day} you got to {reached}. Next up: {ladder.next_step}.",
            f"A step further {day}, {name}: {reached}. From here it's on to {ladder.next_step}.",
            f"Well done, {name}: {reached}. The next step is {ladder.next_step}.",
            f"{name}, that makes {reached}. Up next: {ladder.next_step}.",
        ),
        reason=f"{goal.label}: {goal.count} since {begun}. The next step is {ladder.next_step}, {size}.",
    )


def _period_that_is_over(goal: GoalResult, newest: Ladder, begun: str) -> str:
    """`last month`; with another period in between, such as a week of leave, `the week from Monday 2 March`."""
    is_last = newest.period_start - goal.period_start <= _LONGEST[goal.period]
    return f"last {goal.period}" if is_last else f"the {goal.period} from {begun}"


def _wordings_after_the_period(name: str, period: str, reached: str, following: str) -> tuple[str, ...]:
    return (
        f"You finished {period} with a new step, {name}: {reached}. Your next step is {following}.",
        f"{name}, you finished {period} with a new step: {reached}. Next up: {following}.",
        f"You got one step further before {period} ended, {name}: {reached}. From here it's on to {following}.",
        f"Well done, {name}: a new step before {period} was over, with {reached}. The next step is {following}.",
        f"{name}, you reached another step before the end of {period}: {reached}. Up next: {following}.",
    )
