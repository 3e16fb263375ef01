"""Step lowered: in a new period of a goal the steps are smaller than before. Nobody should discover that by themselves."""

from math import ceil

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import first_name, long_date, lowered
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import NudgeKind


@rep_rule(
    name="step_lowered",
    title="Smaller steps",
    when="A new period of a goal begins with a smaller step, because the rep did less in recent weeks.",
    limits="Once per goal and period.",
    kind=NudgeKind.ANNOUNCEMENT,
    moment=Moment.STEP_CHANGED,
    priority=500,
)
def step_lowered(context: RuleContext) -> Proposal | None:
    """Proposed once in a period whose first step is smaller than the steps before it, until that step is reached."""
    report = context.report
    if report.silent:
        return None
    for goal in report.goals:
        ladder = context.ladder_of(goal)
        if ladder is None or ladder.lowered_from is None:
            continue
        name, label, before, step = (
            first_name(report.rep.name),
            lowered(goal.label),
            ceil(ladder.lowered_from),
            ladder.next_step,
        )
        begins = long_date(goal.period_start, today=context.today)
        return Proposal(
            occasion=f"{goal.key} from {goal.period_start.isoformat()}",
            wordings=(
                f"{name}, your next step for {label} is {step}, down from {before}. It's based on your last few weeks.",
                f"Your steps for {label} are smaller now, {name}: {step} instead of {before}, to match your last few weeks.",
                f"{name}, the next step for {label} is now {step}; it was {before}. Steps follow your last few weeks.",
            ),
            reason=(
                f"{goal.label}, from {begins}: the step is based on what five working days have usually added lately, within "
                f"the limits of the playbook. That makes {step}; it was {before}."
            ),
        )
    return None
