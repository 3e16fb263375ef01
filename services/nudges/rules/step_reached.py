"""Step reached: the count of a goal has come to the rep's next step, and the one after it is named in the same breath."""

from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_STEP_REACHED, Called
from services.nudges.domain.ladder import Ladder, size_in_words
from services.nudges.domain.phrases import first_name, name_of_day
from shared.events import GoalResult, NudgeKind

REST_DAYS: Final = 3


def step_reached(situation: Situation) -> Called | None:
    """Called for on the day on which a step of the ladder was reached, as long as the count has not fallen below it again.

    When a new period has begun since, the step that is named is its first.
    """
    report = situation.report
    if report.silent:
        return None
    reached = ((goal, situation.ladder_of(goal)) for goal in report.goals)
    found = next(
        ((goal, one) for goal, one in reached if one and one.reached_on == report.day and goal.count >= one.reached), None
    )
    if found is None:
        return None
    goal, ladder = found
    name, day, following = first_name(report.rep.name), name_of_day(report), _next(situation, goal, ladder)
    label, step = goal.label, ladder.reached
    return Called(
        rule=RULE_STEP_REACHED,
        kind=NudgeKind.CELEBRATION,
        occasion=f"{goal.key} from {goal.period_start.isoformat()}: {step}",
        is_shortfall=False,
        wordings=(
            f"{label}, {name}: {step} reached {day}. The next step is {following}.",
            f"{name}, you reached a step {day}: {step} for {label.lower()}. The next one is {following}.",
            f"A step further {day}, {name}: {label.lower()}, {step}. From here it goes to {following}.",
            f"{step} {day}, {name}: that is a step for {label.lower()}. Next is {following}.",
            f"{name}, {label.lower()}: {day} you came to {step}, and that is a step. {following} is the one after it.",
        ),
        reason=(
            f"{goal.label}: {goal.count} since {goal.period_start}. After {step} the next step is {ladder.next_step}: "
            f"{size_in_words(goal, ladder)}."
        ),
        rest_days=REST_DAYS,
    )


def _next(situation: Situation, goal: GoalResult, ladder: Ladder) -> str:
    newest = max((one for one in situation.ladders if one.goal == goal.key), key=lambda one: one.period_start)
    return f"{ladder.next_step}" if newest is ladder else f"{newest.next_step} in the new {goal.period}"
