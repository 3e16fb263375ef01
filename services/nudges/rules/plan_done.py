"""Plan done: the score of the day has reached 100."""

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_PLAN_DONE, Called
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.phrases import breakdown, first_name, name_of_day, score_text
from shared.events import NudgeKind


def plan_done(situation: Situation) -> Called | None:
    """Called for once the plan of the day is done; a belated one is celebrated as the day's that it was."""
    report = situation.report
    if report.silent or not is_plan_done(report):
        return None
    name, day, done = first_name(report.rep.name), name_of_day(report), breakdown(report)
    return Called(
        rule=RULE_PLAN_DONE,
        kind=NudgeKind.CELEBRATION,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=_wordings(name, day, done),
        reason=f"The score of {report.day} is {score_text(report)}; 100 is the plan done.",
        is_everyday=True,
    )


def _wordings(name: str, day: str, done: str) -> tuple[str, ...]:
    """One for each of fourteen days, so that who keeps the plan every day hears none of them twice in two weeks."""
    return (
        f"Plan done {day}, {name}: {done}. Well worked.",
        f"That was the whole plan {day}, {name}: {done}. Thank you for seeing it through.",
        f"{name}, the plan is done {day}: {done}. Anything more is a bonus.",
        f"All of it done {day}, {name}: {done}. Good work.",
        f"{name}, everything that was planned {day} is done: {done}.",
        f"A full day {day}, {name}: {done}. Nicely carried through.",
        f"{done} {day}, {name}: that is the plan, all of it.",
        f"The plan stands {day}, {name}: {done}. A good day's work.",
        f"{name}, {done} {day}. The plan is done, and the rest of the time is yours to use.",
        f"Done {day}, {name}: {done}. Days like this add up.",
        f"Nothing is left of the plan {day}, {name}: {done}. Good going.",
        f"{name}, you did what you set out to do {day}: {done}.",
        f"Every part of the plan is done {day}, {name}: {done}. Solid work.",
        f"Plan complete {day}, {name}: {done}. That effort shows.",
    )
