"""Small win: the first of its kind for a while."""

from datetime import date
from itertools import takewhile
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.domain.candidate import RULE_SMALL_WIN, Called
from services.nudges.domain.history import count_of, is_worked
from services.nudges.domain.phrases import first_name, name_of_day
from shared.events import BehaviourResult, DayReport, NudgeKind

DRY_DAYS_MIN: Final = 10
FEW_A_DAY: Final = 2
REST_DAYS: Final = 7


def small_win(situation: Situation) -> Called | None:
    """Called for by the first of a behaviour after ten or more worked days that asked for it and had none, or by the first in a
    quarter of one of which at most two a day are asked: the first of twenty calls is nothing out of the ordinary.

    The quarter counts only for who was here before it began, since else it cannot be known what came first.
    """
    report = situation.report
    if report.silent or not is_worked(report):
        return None
    for one in report.behaviours:
        since = _since_when(one, situation) if one.count and one.target else None
        if since is not None:
            return _called(report, one.label, since)
    return None


def _called(report: DayReport, label: str, since: str) -> Called:
    name, day = first_name(report.rep.name), name_of_day(report)
    return Called(
        rule=RULE_SMALL_WIN,
        kind=NudgeKind.CELEBRATION,
        occasion=report.day.isoformat(),
        is_shortfall=False,
        wordings=(
            f"{label} {day}, {name}: the first {since}. A small win, and a real one.",
            f"{name}, the first {since} is there {day}: {label.lower()}. Good to see.",
            f"Something is moving, {name}: {label.lower()} {day}, the first {since}.",
            f"{name}, {day} has the first {since}: {label.lower()}. That took work.",
        ),
        reason=f"{label} of {report.day}: the first {since}.",
        rest_days=REST_DAYS,
    )


def _since_when(one: BehaviourResult, situation: Situation) -> str | None:
    """What it is the first of, in words; None when it is none."""
    day, worked = situation.report.day, situation.history.worked
    dry = _dry_days(one.key, worked)
    if dry >= DRY_DAYS_MIN:
        return f"in {dry} worked days"
    quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    in_quarter = [before for before in worked if before.day >= quarter]
    was_here = len(in_quarter) < len(worked)
    if one.target <= FEW_A_DAY and was_here and not any(count_of(before, one.key) for before in in_quarter):
        return "of the quarter"
    return None


def _dry_days(key: str, worked: tuple[DayReport, ...]) -> int:
    """For how many worked days that asked for it there was none."""
    asked = (day for day in worked if any(one.key == key and one.target for one in day.behaviours))
    return sum(1 for _ in takewhile(lambda day: not count_of(day, key), asked))
