"""Step lowered: in a new period of a goal the steps are smaller than before. Nobody should discover that by themselves."""

from math import ceil

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import first_name, long_date, lowered
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import GoalResult, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked


@rep_rule(
    name="step_lowered",
    title=marked("Smaller steps"),
    when=marked("A new period of a goal begins with a smaller step than before."),
    limits=marked("Once per goal and period."),
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
        begins, basis = long_date(goal.period_start, today=context.today), _basis_in_short(goal)
        return Proposal(
            occasion=f"{goal.key} from {goal.period_start.isoformat()}",
            wordings=worded(
                gettext("{name}, your next step for {label} is {step}, down from {before}. {basis}"),
                gettext("Your steps for {label} are smaller now, {name}: {step} instead of {before}. {basis}"),
                gettext("{name}, the next step for {label} is now {step}; it was {before}. {basis}"),
                name=name,
                label=label,
                step=step,
                before=before,
                basis=basis,
            ),
            reason=filled(
                gettext("{label}, from {begins}: the next step is {step}; it was {before}. {basis}"),
                label=goal.label,
                begins=begins,
                step=step,
                before=before,
                basis=_basis_of(goal),
            ),
        )
    return None


def _basis_in_short(goal: GoalResult) -> str:
    if goal.step_min is None:
        return gettext("The playbook sets the size of the steps.")
    return gettext("Step sizes follow your recent weeks and the playbook's limits.")


def _basis_of(goal: GoalResult) -> str:
    if goal.step_min is None or goal.step_max is None:
        return _basis_in_short(goal)
    return filled(
        gettext(
            "Step sizes follow what five working days have usually added lately, within the playbook's limits of {step_min} "
            "and {step_max}."
        ),
        step_min=goal.step_min,
        step_max=goal.step_max,
    )
