"""First day: a plain greeting to a new rep, with what counts today and where to see it."""

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.candidate import FIRST_DAY_RULE
from services.nudges.domain.history import is_worked, middle_of_work
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import first_name, targets
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked


@rep_rule(
    name=FIRST_DAY_RULE,
    title=marked("First day"),
    when=marked(
        "A new rep's first working day in the roster begins. The message lists the day's targets and says where to see more."
    ),
    limits=marked(
        "Not for somebody who comes from another team, and not while Daymark or the playbook is new to the "
        "team: at least half of the reps must have been scored for two weeks."
    ),
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=180,
)
def first_day(context: RuleContext) -> Proposal | None:
    """Proposed in the first half of an open working day."""
    report, middle = context.report, middle_of_work(context.report)
    if not context.is_first_day or report.silent or report.state != "open" or not is_worked(report):
        return None
    if middle is None or context.now >= middle:
        return None
    return Proposal(
        wordings=worded(
            gettext("Welcome, {name}. Your plan for today: {plan}. You can see on your page what has counted so far."),
            gettext("Hello, {name}, and welcome. This is what counts today: {plan}. Your page shows how the day is going."),
            gettext("Good to have you here, {name}. Today's plan is {plan}. Your page shows what has counted so far."),
            name=first_name(report.rep.name),
            plan=targets(report),
        ),
        reason=filled(
            gettext("According to the roster, this is your first working day. The targets come from the {team} playbook."),
            team=report.team.name,
        ),
    )
