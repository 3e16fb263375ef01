"""Comeback: the plan is done again after two or more worked days on which it was not.

In a trial with 61,293 people the best of 54 arms was a small reward for coming back after a miss (Milkman et al. 2021).
"""

from itertools import takewhile
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_COMEBACK, Called
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.phrases import breakdown, first_name, name_of_day
from shared.events import NudgeKind

MISSED_MIN: Final = 2


def comeback(situation: Situation) -> Called | None:
    """Called for when the plan is done and the worked days just before it, two or more, all missed theirs.

    Leave, holidays and days off in between neither help nor hurt.
    """
    report = situation.report
    if report.silent or not is_plan_done(report):
        return None
    missed = list(takewhile(lambda day: not is_plan_done(day), situation.history.before(report.day)))
    if len(missed) < MISSED_MIN:
        return None
    name, day, done = first_name(report.rep.name), name_of_day(report), breakdown(report)
    return Called(
        rule=RULE_COMEBACK,
        kind=NudgeKind.CELEBRATION,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=(
            f"Back on plan {day}, {name}: {done}. Getting back after a dip is the hard part.",
            f"{name}, that is a comeback: the plan is done {day}, {done}.",
            f"The plan is done again {day}, {name}: {done}. A good turn after some thin days.",
            f"{name}, back where you wanted to be {day}: {done}. Starting again is what counts.",
            f"{done} {day}, {name}: the plan is whole again. That took a new start, and you made it.",
        ),
        reason=f"The plan of {report.day} is done after {len(missed)} worked days without, since {missed[-1].day}.",
    )
