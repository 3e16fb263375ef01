"""Team day: everybody in the team has done the plan of the day."""

from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_TEAM_DAY, Called
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.phrases import first_name, name_of_day
from shared.events import NudgeKind

TEAM_MIN: Final = 3
REST_DAYS: Final = 7


def team_day(situation: Situation) -> Called | None:
    """Called for, to each of them, when all of the team of whom something was asked that day, three or more, have the plan
    done. Who was on leave, or had a day off, is not waited for."""
    report, together = situation.report, len(situation.team_done)
    if report.silent or not is_plan_done(report) or together < TEAM_MIN:
        return None
    name, day, team = first_name(report.rep.name), name_of_day(report), report.team.name
    return Called(
        rule=RULE_TEAM_DAY,
        kind=NudgeKind.CELEBRATION,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=(
            f"A team day, {name}: {day} all {together} who worked in {team} had the plan done.",
            f"{name}, everybody in {team} did the plan {day}, {together} out of {together}. Your part was in it.",
            f"The whole of {team} {day}, {name}: {together} plans, {together} done. Good work together.",
        ),
        reason=f"All {together} reps of {team} who had a target on {report.day} have a score of 100 or more.",
        rest_days=REST_DAYS,
    )
