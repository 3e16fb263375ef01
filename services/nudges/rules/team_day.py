"""Team day: everybody in the team has done the plan of the day."""

from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import day_phrase, first_name
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

REPS_MIN: Final = 3
COOLDOWN_DAYS: Final = 7


@rep_rule(
    name="team_day",
    title=marked("Team day"),
    when=marked("Everybody in the team who had a target that day has done the plan."),
    limits=marked("At most once a week, and not for fewer than three reps. Reps on leave or on a day off are not waited for."),
    kind=NudgeKind.CELEBRATION,
    moment=Moment.TEAM_DONE,
    priority=400,
    cooldown_days=COOLDOWN_DAYS,
)
def team_day(context: RuleContext) -> Proposal | None:
    """Proposed to each of them when all reps of the team who had a target that day, three or more, have done the plan."""
    report, reps = context.report, len(context.teammates_done)
    if report.silent or not is_plan_done(report) or reps < REPS_MIN:
        return None
    name, day, team = first_name(report.rep.name), day_phrase(report.day, today=context.today), report.team.name
    return Proposal(
        wordings=worded(
            gettext("Everyone in {team} with a plan {day} scored 100 or more, {name}: all {reps} of you. Great work together."),
            gettext(
                "{name}, everyone in {team} with a plan {day} scored 100 or more, {reps} out of {reps}. You were part of that."
            ),
            gettext("All {reps} of you in {team} scored 100 or more {day}, {name}. Good work, all of you."),
            name=name,
            day=day,
            team=team,
            reps=reps,
        ),
        reason=filled(
            gettext("All {reps} reps in {team} with a target {day} have a score of 100 or more."), reps=reps, team=team, day=day
        ),
    )
