"""Day plan: the day's targets, sent as the day begins to those who want them."""

from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.candidate import DAY_PLAN_RULE
from services.nudges.domain.history import is_plan_done, is_worked, middle_of_work, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import WEEKDAYS, first_name, long_date, lowered, targets
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import NudgeKind

_WHOLE_DAY: Final = 1


@rep_rule(
    name=DAY_PLAN_RULE,
    title="Day plan",
    when="The working day begins. The message lists its targets, scaled on a part day. Only for teams and reps who want it.",
    limits="Only under a playbook that was announced before the day. Does not use up the daily cap.",
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=900,
    is_opt_in=True,
)
def day_plan(context: RuleContext) -> Proposal | None:
    """Proposed in the first half of an open working day that has targets, for a rep who wants it, while the plan is not done,
    and only if the playbook had been announced to the rep before the day. It says nothing of what was done or missed."""
    report, middle = context.report, middle_of_work(context.report)
    if not (context.wants_day_plan and context.knows_playbook) or report.silent or report.state != "open":
        return None
    if not is_worked(report) or is_plan_done(report) or middle is None or context.now >= middle:
        return None
    plan = targets(report)
    if not plan:
        return None
    return Proposal(
        wordings=_wordings(first_name(report.rep.name), WEEKDAYS[report.day.weekday()], plan), reason=_reason(context)
    )


def _reason(context: RuleContext) -> str:
    report = context.report
    since = f", in force since {long_date(report.playbook_from, today=context.today)}" if report.playbook_from else ""
    part = f" You work {report.part:.0%} of the day, so they are scaled to that." if report.part < _WHOLE_DAY else ""
    return f"Today's targets come from the {report.team.name} playbook{since}.{part}{_quote(context)}"


def _quote(context: RuleContext) -> str:
    """Why the manager asks for a behaviour of the day, in their own words. Each day it is another behaviour's turn."""
    planned = [behaviour for behaviour in planned_behaviours(context.report) if behaviour.key in context.reasons]
    if not planned:
        return ""
    behaviour = planned[context.report.day.toordinal() % len(planned)]
    return f" Your manager on {lowered(behaviour.label)}: “{context.reasons[behaviour.key]}”"


def _wordings(name: str, weekday: str, plan: str) -> tuple[str, ...]:
    """One for each of fourteen days, so that a rep who gets it every day never gets the same one twice in two weeks."""
    return (
        f"Hello, {name}. Your plan for today: {plan}.",
        f"{name}, here's your plan for today: {plan}.",
        f"Today's plan, {name}: {plan}.",
        f"It's {weekday}, {name}. Your plan: {plan}.",
        f"{name}, today's targets are {plan}.",
        f"For today, {name}: {plan}.",
        f"On your plan today, {name}: {plan}.",
        f"{name}, today's plan is {plan}. Have a good day.",
        f"Here's what's on your plan today, {name}: {plan}.",
        f"{name}, this is your plan for today: {plan}.",
        f"Hello, {name}. Today it's {plan}.",
        f"Your targets today, {name}: {plan}. Have a good day.",
        f"{name}, you're aiming for {plan} today.",
        f"Hello, {name}. Today you're aiming for {plan}.",
    )
