"""Streak: one worked day after the other with the plan done."""

from collections.abc import Sequence
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_STREAK, Called
from services.nudges.domain.history import is_plan_done, is_worked
from services.nudges.domain.phrases import first_name, name_of_day
from shared.events import DayReport, NudgeKind

FIRST_ONES: Final = (3, 5)
EVERY: Final = 10
REPAIRED_AFTER: Final = 3


def streak(situation: Situation) -> Called | None:
    """Called for on the day that makes 3, 5, 10, 20 and every further ten worked days with the plan done.

    Days that are not worked are passed over: leave, holidays and days off neither break a streak nor make it longer. Counted
    back from the day, so is one missed day of each calendar month: it is repaired when the plan is done on the next worked day
    and was done on the three before it. A second miss in a row, or in the month, ends the streak.
    """
    report = situation.report
    if report.silent or not is_worked(report) or not is_plan_done(report):
        return None
    done, repaired = _counted_back((report, *situation.history.worked))
    if done not in FIRST_ONES and done % EVERY:
        return None
    name, day = first_name(report.rep.name), name_of_day(report)
    made_good = f" {'One missed day was' if repaired == 1 else f'{repaired} missed days were'} made good." if repaired else ""
    return Called(
        rule=RULE_STREAK,
        kind=NudgeKind.CELEBRATION,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=(
            f"{name}, the plan is done {day}, and that makes {done} worked days.{made_good} Steady work.",
            f"A streak of {done} worked days with the plan done, {name}, {day} among them.{made_good}",
            f"{done} worked days with the plan done, {name}, up to what you did {day}.{made_good} That is a habit.",
            f"The plan is done {day}, {name}: {done} worked days of it now.{made_good}",
            f"{name}, {done} worked days, and the plan done: {day} is the newest.{made_good} It adds up.",
        ),
        reason=f"The plan of {report.day} is done, as it was on {done - 1} worked days before it.{made_good}",
    )


def _counted_back(days: Sequence[DayReport]) -> tuple[int, int]:
    """How many days the streak has that ends with the first of these, the newest, and how many misses were repaired in it."""
    done, repaired = 0, set[tuple[int, int]]()
    for number, day in enumerate(days):
        if is_plan_done(day):
            done += 1
            continue
        month, earlier = (day.day.year, day.day.month), days[number + 1 : number + 1 + REPAIRED_AFTER]
        if month in repaired or len(earlier) < REPAIRED_AFTER or not all(map(is_plan_done, earlier)):
            break
        repaired.add(month)
    return done, len(repaired)
