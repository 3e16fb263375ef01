"""Step lowered: in a new period of a goal the steps are smaller than before, which is never left unsaid."""

from math import ceil

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_STEP_LOWERED, Called
from services.nudges.domain.phrases import first_name
from shared.events import NudgeKind


def step_lowered(situation: Situation) -> Called | None:
    """Called for once in a period whose first step is smaller than the steps before it, until that is reached."""
    report = situation.report
    if report.silent:
        return None
    for goal in report.goals:
        ladder = situation.ladder_of(goal)
        if ladder is None or ladder.lowered_from is None:
            continue
        name, label, was, step = first_name(report.rep.name), goal.label.lower(), ceil(ladder.lowered_from), ladder.next_step
        return Called(
            rule=RULE_STEP_LOWERED,
            kind=NudgeKind.ANNOUNCEMENT,
            occasion=f"{goal.key} from {goal.period_start.isoformat()}",
            is_shortfall=False,
            wordings=(
                f"{name}, a step of {label} is {step} from now on, not {was}: it follows what your last weeks held.",
                f"The steps of {label} are shorter now, {name}: {step} instead of {was}, sized by your last weeks.",
                f"{name}, for {label} the next step is at {step}. Steps were {was} before; they go by your last weeks.",
            ),
            reason=(
                f"{goal.label} from {goal.period_start} on: the 60th percentile of what five worked days in a row held lately, "
                f"within the bounds of the definition, is {step}; steps were {was}."
            ),
        )
    return None
