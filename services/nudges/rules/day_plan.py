"""Day plan: what a full day is made of today, said as it begins, to those who want to hear it."""

from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_DAY_PLAN, Called
from services.nudges.domain.history import is_plan_done, is_worked, middle_of_work
from services.nudges.domain.phrases import first_name, lowered, number, weekday
from shared.events import DayReport, NudgeKind

_WHOLE: Final = 1


def day_plan(situation: Situation) -> Called | None:
    """Called for in the first half of an open working day that asks for something, where it is wanted, as long as the plan is
    not done, and only by a definition of which the rep was told before the day. It says what the day asks for, scaled to the
    part of it that is worked, and nothing of what was done or missed."""
    report, middle = situation.report, middle_of_work(situation.report)
    if not (situation.is_plan_wanted and situation.is_told) or report.silent or report.state != "open":
        return None
    if not is_worked(report) or is_plan_done(report) or middle is None or situation.now >= middle:
        return None
    asked = [behaviour for behaviour in report.behaviours if behaviour.target > 0]
    if not asked:
        return None
    plan = ", ".join(f"{lowered(behaviour.label)} {number(behaviour.target)}" for behaviour in asked)
    return Called(
        rule=RULE_DAY_PLAN,
        kind=NudgeKind.COACHING,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=_wordings(first_name(report.rep.name), weekday(report.day), plan),
        reason=_reason(report),
    )


def _reason(report: DayReport) -> str:
    part = (
        f" {report.part:.0%} of the day is worked, and the targets are that part of a full day's."
        if report.part < _WHOLE
        else ""
    )
    return f"The targets of {report.day} by the playbook of {report.team.name} from {report.playbook_from}.{part}"


def _wordings(name: str, day: str, plan: str) -> tuple[str, ...]:
    """One for each of fourteen days, so that who wants it every day hears none of them twice in two weeks."""
    return (
        f"Good morning, {name}. Today's plan: {plan}.",
        f"{name}, a full day today is: {plan}.",
        f"Today in short, {name}: {plan}.",
        f"This makes a full {day}, {name}: {plan}.",
        f"{name}, your plan for today: {plan}.",
        f"The day's targets, {name}: {plan}.",
        f"On the plan this {day}, {name}: {plan}.",
        f"{name}, here is today's plan: {plan}. A good start to you.",
        f"What today asks for, {name}: {plan}.",
        f"{name}, the plan for {day}: {plan}.",
        f"A new day, {name}: {plan} make it a full one.",
        f"{day}'s plan, {name}: {plan}. Have a good day.",
        f"{name}, today's targets are: {plan}.",
        f"Your {day}, {name}: {plan}.",
    )
