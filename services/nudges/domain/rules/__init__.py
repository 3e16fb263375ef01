"""The rules, in order of priority. Of those that a day calls for, the first speaks."""

from typing import Final

from services.nudges.domain.moments import Moment
from services.nudges.domain.nudge import (
    RULE_COMEBACK,
    RULE_DROP,
    RULE_ONE_THING,
    RULE_PACE,
    RULE_PLAN_DONE,
    RULE_QUIET_AFTERNOON,
    RULE_RATIO,
    Rule,
)
from services.nudges.domain.rules.comeback import comeback
from services.nudges.domain.rules.drop import drop
from services.nudges.domain.rules.one_thing import one_thing
from services.nudges.domain.rules.pace import pace
from services.nudges.domain.rules.plan_done import plan_done
from services.nudges.domain.rules.quiet_afternoon import quiet_afternoon
from services.nudges.domain.rules.ratio import ratio

ON_CHANGE: Final[dict[str, Rule]] = {RULE_COMEBACK: comeback, RULE_PLAN_DONE: plan_done}
"""Asked whenever a day changes."""

AT_MOMENTS: Final[dict[Moment, dict[str, Rule]]] = {
    Moment.MORNING: {RULE_DROP: drop, RULE_RATIO: ratio, RULE_ONE_THING: one_thing},
    Moment.MIDDAY: {RULE_QUIET_AFTERNOON: quiet_afternoon, RULE_PACE: pace},
}
"""Asked once a day, at that time of the rep's working day."""

RULES: Final[dict[str, Rule]] = ON_CHANGE | {name: rule for rules in AT_MOMENTS.values() for name, rule in rules.items()}
"""All of them."""

PRIORITIES: Final = {name: place for place, name in enumerate(RULES)}
"""The lower, the more it is worth saying."""


def moment_of(rule: str) -> Moment | None:
    """When a rule is asked; None where that is whenever a day changes."""
    return next((moment for moment, rules in AT_MOMENTS.items() if rule in rules), None)
