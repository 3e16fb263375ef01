"""The rules, in order of priority. Of those that a day calls for, the first speaks."""

from typing import Final

from services.nudges.domain.nudge import RULE_COMEBACK, RULE_PLAN_DONE, RULE_QUIET_AFTERNOON, Rule
from services.nudges.domain.rules.comeback import comeback
from services.nudges.domain.rules.plan_done import plan_done
from services.nudges.domain.rules.quiet_afternoon import quiet_afternoon

ON_CHANGE: Final[dict[str, Rule]] = {RULE_COMEBACK: comeback, RULE_PLAN_DONE: plan_done}
"""Asked whenever a day changes."""

AT_MIDDAY: Final[dict[str, Rule]] = {RULE_QUIET_AFTERNOON: quiet_afternoon}
"""Asked once, at the middle of the rep's working time."""
