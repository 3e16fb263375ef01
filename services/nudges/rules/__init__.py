"""The rules, in order of priority. Of those that a day calls for, the first speaks."""

from collections.abc import Callable
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.context.team_context import TeamRule
from services.nudges.domain.candidate import (
    ASKED_FOR,
    RULE_COMEBACK,
    RULE_CORRECTION,
    RULE_DAY_PLAN,
    RULE_DIGEST,
    RULE_DROP,
    RULE_ONE_THING,
    RULE_PACE,
    RULE_PERSONAL_BEST,
    RULE_PLAN_DONE,
    RULE_QUIET_AFTERNOON,
    RULE_RATIO,
    RULE_RECOGNITION_DUE,
    RULE_SMALL_WIN,
    RULE_STEADY_WEEK,
    RULE_STEP_LOWERED,
    RULE_STEP_REACHED,
    RULE_STREAK,
    RULE_TEAM_DAY,
    RULE_WEEKLY_BRIEF,
    Rule,
)
from services.nudges.domain.moments import Moment
from services.nudges.rules.comeback import comeback
from services.nudges.rules.day_plan import day_plan
from services.nudges.rules.digest import digest
from services.nudges.rules.drop import drop, is_still_low
from services.nudges.rules.one_thing import is_still_short, one_thing
from services.nudges.rules.pace import pace
from services.nudges.rules.personal_best import personal_best
from services.nudges.rules.plan_done import plan_done
from services.nudges.rules.quiet_afternoon import quiet_afternoon
from services.nudges.rules.ratio import is_still_fallen, ratio
from services.nudges.rules.recognition_due import recognition_due
from services.nudges.rules.small_win import small_win
from services.nudges.rules.steady_week import steady_week
from services.nudges.rules.step_lowered import step_lowered
from services.nudges.rules.step_reached import step_reached
from services.nudges.rules.streak import streak
from services.nudges.rules.team_day import team_day
from services.nudges.rules.weekly_brief import weekly_brief

ON_CHANGE: Final[dict[str, Rule]] = {
    RULE_COMEBACK: comeback,
    RULE_STEP_REACHED: step_reached,
    RULE_STREAK: streak,
    RULE_PERSONAL_BEST: personal_best,
    RULE_SMALL_WIN: small_win,
    RULE_STEADY_WEEK: steady_week,
    RULE_PLAN_DONE: plan_done,
}
"""Asked whenever a day changes."""

ON_LADDERS: Final[dict[str, Rule]] = {RULE_STEP_LOWERED: step_lowered}
"""Asked whenever a step of a goal has changed; what they say is no praise and takes the place of none."""

AT_MOMENTS: Final[dict[Moment, dict[str, Rule]]] = {
    Moment.MORNING: {RULE_DROP: drop, RULE_RATIO: ratio, RULE_ONE_THING: one_thing, RULE_DAY_PLAN: day_plan},
    Moment.MIDDAY: {RULE_QUIET_AFTERNOON: quiet_afternoon, RULE_PACE: pace},
    Moment.TEAM_DONE: {RULE_TEAM_DAY: team_day},
}
"""Asked once a day, at that moment of it."""

RULES: Final[dict[str, Rule]] = (
    ON_CHANGE | {name: rule for rules in AT_MOMENTS.values() for name, rule in rules.items()} | ON_LADDERS
)
"""All of them."""

FOR_MANAGERS: Final[dict[str, TeamRule]] = {
    RULE_RECOGNITION_DUE: recognition_due,
    RULE_WEEKLY_BRIEF: weekly_brief,
    RULE_DIGEST: digest,
}
"""Asked in the morning of each manager. What they call for makes one message, in this order."""

IS_STILL_NEARLY_SO: Final[dict[str, Callable[[Situation], bool]]] = {
    RULE_DROP: is_still_low,
    RULE_RATIO: is_still_fallen,
    RULE_ONE_THING: is_still_short,
}
"""Of hints about the days before, whether what they said is still nearly so where the rule itself is not sure any more."""

ASKED_AGAIN: Final = frozenset({*ON_CHANGE, *IS_STILL_NEARLY_SO, RULE_QUIET_AFTERNOON} - {RULE_STEP_REACHED})
"""Those whose word is judged again when a day is revised: celebrations, save that of a step, since the ladder has gone on; and
hints of which the newest reports tell whether they were right when they were said. Of pace they do not: it speaks of what was
logged by a time of a day, and that it was logged later takes nothing from it."""

PRIORITIES: Final = {
    name: place
    for place, name in enumerate((*(name for name in RULES if name not in ASKED_FOR), RULE_CORRECTION, *sorted(ASKED_FOR)))
}
"""The lower, the more it is worth saying."""


def moment_of(rule: str) -> Moment | None:
    """When a rule is asked; None where that is whenever a day changes."""
    return next((moment for moment, rules in AT_MOMENTS.items() if rule in rules), None)
