"""What of a rep is worth a conversation this week, and whether what a brief named has picked up since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.nudges.domain.baseline import PastDay
from services.nudges.domain.trends.change import SHARE_CHANGED_MIN, Change, change_between
from shared.events import BehaviourKey

RECENT: Final = timedelta(weeks=3)
EARLIER: Final = timedelta(weeks=9)
KNOWN: Final = RECENT + EARLIER
RECENT_DAYS_MIN: Final = 5
EARLIER_DAYS_MIN: Final = 15
EXPECTED_MIN: Final = 5
"""Less than so many in three weeks is too rare to see a fall in."""
P_VALUE_MAX: Final = 0.01
"""Per rep and Monday, over all behaviours. Fifty Mondays are 250 rostered days, so this leaves room for days that vary in ways
that the test does not know: at most one false name in them."""
NOT_REPEATED_FOR: Final = timedelta(weeks=4)
FOLLOWED_UP_AFTER: Final = timedelta(weeks=2)
FOLLOW_UP_DAYS_MIN: Final = 4
_BEFORE_BRIEF: Final = timedelta(weeks=2)
_ONE_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """What became of a behaviour since a brief. `change` compares with the two weeks before the brief."""

    change: Change
    is_up: bool


def find_falls(days: Sequence[PastDay], *, today: date) -> Mapping[BehaviourKey, Change]:
    """Behaviours of which a rep did less in the three weeks before `today` than in the nine before those, beyond chance, and
    which had not recovered in the last week. `days` are those with activity, oldest first: on others the rep may have been
    away."""
    first = today - RECENT
    earlier, recent = _between(days, first - EARLIER, first), _between(days, first, today)
    if len(recent) < RECENT_DAYS_MIN or len(earlier) < EARLIER_DAYS_MIN:
        return {}
    keys = dict.fromkeys(key for day in recent for key in day.counts)
    changes = {key: change_between(earlier, recent, key, days_min=RECENT_DAYS_MIN) for key in keys}
    tested = {key: change for key, change in changes.items() if change is not None and change.expected >= EXPECTED_MIN}
    last_week = _between(days, today - _ONE_WEEK, today)
    return {
        key: change
        for key, change in tested.items()
        if change.is_fall(p_value_max=P_VALUE_MAX / len(tested)) and _is_still_low(earlier, last_week, key)
    }


def has_moved(days: Sequence[PastDay], key: BehaviourKey, *, since: date, today: date) -> bool:
    """Whether a behaviour that a brief named on the day `since` has clearly fallen further, or recovered and fallen again."""
    before, after = _between(days, since - _BEFORE_BRIEF, since), _between(days, since, today)
    if _is_fall(before, after, key):
        return True
    mondays = [since + weeks * _ONE_WEEK for weeks in range(1, (today - since) // _ONE_WEEK)]
    return any(
        _is_rise(before, _between(days, since, monday), key)
        and _is_fall(_between(days, since, monday), _between(days, monday, today), key)
        for monday in mondays
    )


def follow_up(days: Sequence[PastDay], key: BehaviourKey, *, since: date, today: date) -> FollowUp | None:
    """What there is to say on a Monday about a behaviour that a brief named on the day `since`: that it is up, once, as soon as
    two to four weeks show it; after two weeks, that it is not up yet. None if that was said before or too little is known."""
    age = today - since
    before = _between(days, since - _BEFORE_BRIEF, since)
    change = change_between(before, _between(days, since, today), key, days_min=FOLLOW_UP_DAYS_MIN)
    if change is None or not FOLLOWED_UP_AFTER <= age <= NOT_REPEATED_FOR:
        return None
    if not change.is_rise:
        return FollowUp(change=change, is_up=False) if age < FOLLOWED_UP_AFTER + _ONE_WEEK else None
    mondays_before = [today - weeks * _ONE_WEEK for weeks in range(1, (age - FOLLOWED_UP_AFTER) // _ONE_WEEK + 1)]
    was_up = any(_is_rise(before, _between(days, since, monday), key) for monday in mondays_before)
    return None if was_up else FollowUp(change=change, is_up=True)


def _is_still_low(earlier: Sequence[PastDay], last_week: Sequence[PastDay], key: BehaviourKey) -> bool:
    change = change_between(earlier, last_week, key, days_min=1)
    return change is not None and change.share <= 1 - SHARE_CHANGED_MIN


def _is_fall(before: Sequence[PastDay], after: Sequence[PastDay], key: BehaviourKey) -> bool:
    change = change_between(before, after, key, days_min=FOLLOW_UP_DAYS_MIN)
    return change is not None and change.is_fall(p_value_max=P_VALUE_MAX)


def _is_rise(before: Sequence[PastDay], after: Sequence[PastDay], key: BehaviourKey) -> bool:
    change = change_between(before, after, key, days_min=FOLLOW_UP_DAYS_MIN)
    return change is not None and change.is_rise


def _between(days: Sequence[PastDay], first: date, until: date) -> list[PastDay]:
    """From the first day on, to before another."""
    return [day for day in days if first <= day.day < until]
