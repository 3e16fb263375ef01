"""Welcome back: a plain greeting on the first morning after a leave, with the day's plan."""

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import is_plan_done, is_worked, middle_of_work
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import day_noun, first_name, targets
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked


@rep_rule(
    name="welcome_back",
    title=marked("Welcome back"),
    when=marked(
        "The rep's first working day after a leave of five working days or more begins. The message lists the day's targets."
    ),
    limits=marked(
        "Only after a leave that is in the roster or was entered by a manager, once for each; public holidays within it "
        "count. Says nothing of the time away."
    ),
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=185,
)
def welcome_back(context: RuleContext) -> Proposal | None:
    """Proposed in the first half of an open working day, while the plan is not done. Whoever gets the day plan finds the
    targets there, in the same message."""
    report, leave, middle = context.report, context.leave, middle_of_work(context.report)
    if leave is None or report.silent or report.state != "open" or not is_worked(report) or is_plan_done(report):
        return None
    if middle is None or context.now >= middle:
        return None
    has_day_plan = context.wants_day_plan and context.knows_playbook
    return Proposal(
        occasion=f"leave from {leave.first}",
        wordings=_wordings(first_name(report.rep.name), "" if has_day_plan else targets(report)),
        reason=filled(
            gettext("Your absence was entered until {day}. Those days have no targets."),
            day=day_noun(leave.last, today=context.today),
        ),
    )


def _wordings(name: str, plan: str) -> tuple[str, ...]:
    if not plan:
        return worded(
            gettext("Welcome back, {name}."),
            gettext("Good to have you back, {name}."),
            gettext("Hello, {name}, and welcome back."),
            gettext("Nice to see you back, {name}."),
            name=name,
        )
    return worded(
        gettext("Welcome back, {name}. Your plan for today: {plan}."),
        gettext("Good to have you back, {name}. Today's plan: {plan}."),
        gettext("Hello, {name}, and welcome back. On your plan today: {plan}."),
        gettext("Nice to see you back, {name}. Your targets today: {plan}."),
        name=name,
        plan=plan,
    )
