"""Step reached: the count of a goal has reached the rep's next step. The message also names the step after it."""

from datetime import timedelta
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.ladder import Ladder, step_size_phrase
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import counted, day_phrase, first_name, long_date
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import GoalResult, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

COOLDOWN_DAYS: Final = 3
_LONGEST: Final = {"week": timedelta(days=7), "month": timedelta(days=31), "quarter": timedelta(days=92)}


@possible_if(lambda report, _: bool(report.goals))
@rep_rule(
    name="step_reached",
    title=marked("Step reached"),
    when=marked("The count of a goal has reached the rep's next step. The message names the step after it."),
    limits=marked("At most once in three days."),
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
        label, period = _without_period(goal), _period_that_is_over(goal, newest, begun)
        following = filled(_in_new_period(goal), step=newest.next_step)
        return Proposal(
            occasion=occasion,
            wordings=_wordings_after_the_period(name, period, counted(goal.count, label), following),
            reason=filled(
                gettext("{label}: {count} from {begun} to {ended}. The next step is {following}, {size}."),
                label=label,
                count=goal.count,
                begun=begun,
                ended=long_date(report.day, today=context.today),
                following=following,
                size=size,
            ),
        )
    reached = counted(goal.count, goal.label)
    return Proposal(
        occasion=occasion,
        wordings=worded(
            gettext("That's {reached}, {name}. Your next step is {step}."),
            gettext("{name}, {day} you got to {reached}. Next up: {step}."),
            gettext("A step further {day}, {name}: {reached}. From here it's on to {step}."),
            gettext("Well done, {name}: {reached}. The next step is {step}."),
            gettext("{name}, that makes {reached}. Up next: {step}."),
            name=name,
            day=day,
            reached=reached,
            step=ladder.next_step,
        ),
        reason=filled(
            gettext("{label}: {count} since {begun}. The next step is {step}, {size}."),
            label=goal.label,
            count=goal.count,
            begun=begun,
            step=ladder.next_step,
            size=size,
        ),
    )


def _period_that_is_over(goal: GoalResult, newest: Ladder, begun: str) -> str:
    """`last month`; with another period in between, such as a week of leave, `the week from Monday 2 March`."""
    is_last = newest.period_start - goal.period_start <= _LONGEST[goal.period]
    names = {
        "week": (gettext("last week"), gettext("the week from {date}")),
        "month": (gettext("last month"), gettext("the month from {date}")),
        "quarter": (gettext("last quarter"), gettext("the quarter from {date}")),
    }
    last, earlier = names[goal.period]
    return last if is_last else filled(earlier, date=begun)


def _in_new_period(goal: GoalResult) -> str:
    texts = {
        "week": gettext("{step} in the new week"),
        "month": gettext("{step} in the new month"),
        "quarter": gettext("{step} in the new quarter"),
    }
    return texts[goal.period]


def _without_period(goal: GoalResult) -> str:
    """`Proposals` for `Proposals this month`. Teams write their labels in English or in the language of the reader."""
    names = {"week": gettext("this week"), "month": gettext("this month"), "quarter": gettext("this quarter")}
    return goal.label.replace(f" {names[goal.period]}", "").replace(f" this {goal.period}", "")


def _wordings_after_the_period(name: str, period: str, reached: str, following: str) -> tuple[str, ...]:
    return worded(
        gettext("You finished {period} with a new step, {name}: {reached}. Your next step is {following}."),
        gettext("{name}, you finished {period} with a new step: {reached}. Next up: {following}."),
        gettext("You got one step further before {period} ended, {name}: {reached}. From here it's on to {following}."),
        gettext("Well done, {name}: a new step before {period} was over, with {reached}. The next step is {following}."),
        gettext("{name}, you reached another step before the end of {period}: {reached}. Up next: {following}."),
        name=name,
        period=period,
        reached=reached,
        following=following,
    )
