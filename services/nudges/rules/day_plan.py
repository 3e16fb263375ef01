"""Day plan: the day's targets, sent as the day begins to those who want them."""

from collections.abc import Sequence
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.candidate import DAY_PLAN_RULE
from services.nudges.domain.history import is_plan_done, is_worked, middle_of_work, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import first_name, long_date, lowered, targets
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import NudgeKind
from shared.languages.formats import percent_text, weekday_name
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

_WHOLE_DAY: Final = 1


@rep_rule(
    name=DAY_PLAN_RULE,
    title=marked("Day plan"),
    when=marked(
        "The working day begins. The message lists its targets, scaled on a part day. Only for teams and reps who want it."
    ),
    limits=marked("Only under a playbook that was announced before the day. Does not use up the daily cap."),
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
    return Proposal(wordings=_wordings(first_name(report.rep.name), weekday_name(report.day), plan), reason=_reason(context))


def _reason(context: RuleContext) -> str:
    report = context.report
    if report.playbook_from is None:
        source = filled(gettext("Today's targets come from the {team} playbook."), team=report.team.name)
    else:
        source = filled(
            gettext("Today's targets come from the {team} playbook, in force since {date}."),
            team=report.team.name,
            date=long_date(report.playbook_from, today=context.today),
        )
    part = gettext("You work {part} of the day, so they are scaled to that.").format(part=percent_text(report.part))
    return " ".join([source, *([part] if report.part < _WHOLE_DAY else []), *_quotes(context)])


def _quotes(context: RuleContext) -> Sequence[str]:
    """Why the manager asks for a behaviour of the day, in their own words. Each day it is another behaviour's turn."""
    planned = [behaviour for behaviour in planned_behaviours(context.report) if behaviour.key in context.reasons]
    if not planned:
        return ()
    behaviour = planned[context.report.day.toordinal() % len(planned)]
    label, reason = lowered(behaviour.label), context.reasons[behaviour.key]
    return (filled(gettext("Your manager on {label}: “{reason}”"), label=label, reason=reason),)


def _wordings(name: str, weekday: str, plan: str) -> tuple[str, ...]:
    """One for each of fourteen days, so that a rep who gets it every day never gets the same one twice in two weeks."""
    return worded(
        gettext("Hello, {name}. Your plan for today: {plan}."),
        gettext("{name}, here's your plan for today: {plan}."),
        gettext("Today's plan, {name}: {plan}."),
        gettext("It's {weekday}, {name}. Your plan: {plan}."),
        gettext("{name}, today's targets are {plan}."),
        gettext("For today, {name}: {plan}."),
        gettext("On your plan today, {name}: {plan}."),
        gettext("{name}, today's plan is {plan}. Have a good day."),
        gettext("Here's what's on your plan today, {name}: {plan}."),
        gettext("{name}, this is your plan for today: {plan}."),
        gettext("Hello, {name}. Today it's {plan}."),
        gettext("Your targets today, {name}: {plan}. Have a good day."),
        gettext("{name}, you're aiming for {plan} today."),
        gettext("Hello, {name}. Today you're aiming for {plan}."),
        name=name,
        weekday=weekday,
        plan=plan,
    )
