"""Plan done: the score of the day has reached 100."""

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import breakdown, day_name, day_phrase, first_name, score_text
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import NudgeKind


@rep_rule(
    name="plan_done",
    title="Plan done",
    when="The score has reached 100.",
    limits="Not for a day that has had any of the praise above.",
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=160,
    is_everyday=True,
    is_reevaluated=True,
)
def plan_done(context: RuleContext) -> Proposal | None:
    """Proposed once the plan of the day is done. A plan that was done late is celebrated for the day on which it was due."""
    report = context.report
    if report.silent or not is_plan_done(report):
        return None
    day, scored_day = day_phrase(report.day, today=context.today), day_name(report.day, today=context.today)
    on_plan = "You're on plan today" if report.day == context.today else f"You were on plan {day}"
    return Proposal(
        wordings=_wordings(first_name(report.rep.name), day, breakdown(report), on_plan=on_plan),
        reason=f"Your score for {scored_day} is {score_text(report)}, and 100 means that the plan is done.",
    )


def _wordings(name: str, day: str, done: str, *, on_plan: str) -> tuple[str, ...]:
    """One for each of fourteen days, so that a rep who is on plan every day never gets the same one twice in two weeks."""
    return (
        f"Plan done {day}, {name}: {done}. Great work.",
        f"You finished your plan {day}, {name}: {done}. Thanks for seeing it through.",
        f"{name}, you met your plan {day}: {done}. Really good work.",
        f"You got your plan done {day}, {name}: {done}. Good work.",
        f"{name}, you reached your plan {day}: {done}.",
        f"Your plan, done {day}, {name}: {done}. Good going.",
        f"{name}, that was {done} {day}. Plan done.",
        f"{on_plan}, {name}: {done}. Well done.",
        f"{name}, you hit your plan {day}: {done}. Great job.",
        f"Done {day}, {name}: {done}. Days like this add up.",
        f"You kept to your plan {day}, {name}: {done}. Keep it up.",
        f"{name}, you did what you set out to do {day}: {done}.",
        f"You completed your plan {day}, {name}: {done}. Solid work.",
        f"Nice work {day}, {name}: {done}. That's your plan done.",
    )
