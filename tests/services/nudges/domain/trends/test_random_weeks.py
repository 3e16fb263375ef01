"""How often the brief is wrong about reps whose days vary widely, and how often its follow-up is right. All from one seed."""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random

import pytest

from services.nudges.domain.baseline import PastDay
from services.nudges.domain.trends.coaching import KNOWN, find_falls, follow_up
from shared.events import BehaviourKey
from tests.services.nudges.domain.trends.weeks import (
    FIRST_MONDAY,
    ONE_WEEK,
    Habits,
    active_days,
    habits_of,
    named_on,
    rostered_days,
)

SEED = 20260316
CALLS = BehaviourKey("calls")
REPS = 32
WEEKS = 64
FALSE_NAMES_A_YEAR_MAX = 1.0
ROSTERED_DAYS_A_YEAR = 250
LOW = 0.4
HIGH_WEEKS = 12
LOW_WEEKS = 3
COACHED = 120


def test_at_most_one_false_name_per_rep_in_250_rostered_days() -> None:
    """Nothing ever changes here: counts vary ten times more than independent activities would, with bursts of days and weeks;
    a quarter of the reps works part time, and a quarter has records on two days in five."""
    random, names, judged = Random(SEED), 0, 0
    for number in range(REPS):
        habits = habits_of(number, random)
        days = rostered_days(habits, weeks=WEEKS)
        names += len(named_on(active_days(habits, days, random), weeks=WEEKS))
        judged += sum(day >= FIRST_MONDAY + KNOWN for day in days)

    assert 0 < names / judged * ROSTERED_DAYS_A_YEAR <= FALSE_NAMES_A_YEAR_MAX


@pytest.mark.parametrize(
    ("level_after", "is_as_promised"),
    [(2 * LOW, lambda share: share > 0.6), (LOW, lambda share: share < 0.12)],
    ids=["most of what doubled is up", "hardly anything that stayed as low is up"],
)
def test_the_follow_up_tells_what_moved_from_what_did_not(level_after: float, is_as_promised: Callable[[float], bool]) -> None:
    """Reps whose calls fell to two fifths and were named for it."""
    random, named, up = Random(SEED), 0, 0
    while named < COACHED:
        days, brief_on = _weeks_until_a_brief(random)
        if CALLS not in find_falls(days, today=brief_on):
            continue
        named += 1
        days += active_days(HABITS, _week_days(brief_on, weeks=4), random, level=level_after)
        up += any(_is_up(days, since=brief_on, weeks=weeks) for weeks in (2, 3, 4))

    assert is_as_promised(up / named)


HABITS = Habits(means={CALLS: 30.0, BehaviourKey("meetings"): 6.0}, active=0.92)


def _weeks_until_a_brief(random: Random) -> tuple[list[PastDay], date]:
    fell_on = FIRST_MONDAY + HIGH_WEEKS * ONE_WEEK
    high = active_days(HABITS, _week_days(FIRST_MONDAY, weeks=HIGH_WEEKS), random)
    low = active_days(HABITS, _week_days(fell_on, weeks=LOW_WEEKS), random, level=LOW)
    return high + low, fell_on + LOW_WEEKS * ONE_WEEK


def _week_days(monday: date, *, weeks: int) -> Sequence[date]:
    return [day - FIRST_MONDAY + monday for day in rostered_days(HABITS, weeks=weeks)]


def _is_up(days: Sequence[PastDay], *, since: date, weeks: int) -> bool:
    result = follow_up(days, CALLS, since=since, today=since + weeks * ONE_WEEK)
    return result is not None and result.is_up
