"""Reps whose working days in the roster do not fit what they do: they log nothing on most of them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.events import RepId, TeamId

WINDOW: Final = timedelta(weeks=6)
DAYS_MIN: Final = 15
"""With fewer known days in the window too little is known; a rep may have been on leave for most of it."""
EMPTY_SHARE_MIN: Final = 0.6
EMPTY_SHARE_MIN_OF_WEEKDAYS: Final = 0.4
"""Whoever works three of five days, and on all of them, leaves two of five empty."""
_WEEKDAY_DAYS_MIN: Final = 4
_ACTIVE_MAX_ON_DAY_OFF: Final = 1
_ACTIVE_SHARE_MIN: Final = 2 / 3
_REPS_MIN: Final = 3
_SILENT_SHARE_MAX: Final = 1 / 3
WEEKDAY_KEYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DoubtKind(StrEnum):
    """What the days suggest: other weekdays, that the rep is not there at all, or nothing in particular."""

    WEEKDAYS = "weekdays"
    NOTHING = "nothing"
    IRREGULAR = "irregular"


@dataclass(frozen=True, kw_only=True, slots=True)
class RosteredDay:
    """A day that is over and on which the rep was to work and had a target. `is_active` says whether anything counted."""

    rep_id: RepId
    team_id: TeamId
    day: date
    is_active: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterDoubt:
    """A rep for whom nothing counted on `empty` of `days` working days. `workdays` (Monday is 0) would fit better; it is empty
    unless the kind is `WEEKDAYS`."""

    rep_id: RepId
    kind: DoubtKind
    days: int
    empty: int
    workdays: tuple[int, ...] = ()

    @property
    def is_mostly_empty(self) -> bool:
        """Whether nothing counted on 60% or more of the days."""
        return self.empty >= EMPTY_SHARE_MIN * self.days

    @property
    def key(self) -> str:
        """What is doubted of whom, as one text by which a doubt that was reported is recognised: `ana=tue,wed`."""
        detail = ",".join(WEEKDAY_KEYS[weekday] for weekday in self.workdays) or self.kind.value
        return f"{self.rep_id}={detail}"


def occasion_of(day: date, keys: Iterable[str]) -> str:
    """The occasion of a message about these doubts. It is stored, and read by `reported_keys`: it must not change."""
    return " ".join([day.isoformat(), *keys])


def reported_keys(occasions: Iterable[str]) -> frozenset[str]:
    """The keys in the occasions of earlier messages."""
    return frozenset(key for occasion in occasions for key in occasion.split(" ")[1:])


def find_roster_doubts(days: Sequence[RosteredDay], known_since: Mapping[RepId, date], *, today: date) -> list[RosterDoubt]:
    """The doubts about everybody in `known_since`, by rep, from the six weeks before `today`.

    `known_since` has the day of the rep's first activity, or the first working day of a rep who never had any. Whoever is not
    known for six weeks is left out. So are days on which the whole team's feed was silent.
    """
    since = today - WINDOW
    recent = [day for day in days if since <= day.day < today]
    silent = _silent_days(recent)
    by_rep: dict[RepId, list[RosteredDay]] = {}
    for day in recent:
        if (day.team_id, day.day) not in silent:
            by_rep.setdefault(day.rep_id, []).append(day)
    known = sorted(rep_id for rep_id, first in known_since.items() if first <= since)
    doubts = [_doubt_about(rep_id, by_rep.get(rep_id, ())) for rep_id in known]
    return [doubt for doubt in doubts if doubt is not None]


def _silent_days(days: Iterable[RosteredDay]) -> Collection[tuple[TeamId, date]]:
    """Days on which nothing counted for anybody in a team of three or more, although that is rare on this weekday. Where it is
    not, the team does not work then, and the roster is what is wrong."""
    active: dict[tuple[TeamId, date], list[bool]] = {}
    for day in days:
        active.setdefault((day.team_id, day.day), []).append(day.is_active)
    empty = {key for key, of_reps in active.items() if len(of_reps) >= _REPS_MIN and not any(of_reps)}
    worked = Counter((team_id, day.weekday()) for team_id, day in active)
    empty_by_weekday = Counter((team_id, day.weekday()) for team_id, day in empty)
    return {
        (team_id, day)
        for team_id, day in empty
        if empty_by_weekday[team_id, day.weekday()] <= _SILENT_SHARE_MAX * worked[team_id, day.weekday()]
    }


def _doubt_about(rep_id: RepId, days: Sequence[RosteredDay]) -> RosterDoubt | None:
    empty = sum(not day.is_active for day in days)
    if len(days) < DAYS_MIN or empty < EMPTY_SHARE_MIN_OF_WEEKDAYS * len(days):
        return None
    if empty == len(days):
        return RosterDoubt(rep_id=rep_id, kind=DoubtKind.NOTHING, days=len(days), empty=empty)
    workdays = _workdays_that_fit(days)
    if workdays:
        return RosterDoubt(rep_id=rep_id, kind=DoubtKind.WEEKDAYS, days=len(days), empty=empty, workdays=workdays)
    irregular = RosterDoubt(rep_id=rep_id, kind=DoubtKind.IRREGULAR, days=len(days), empty=empty)
    return irregular if irregular.is_mostly_empty else None


def _workdays_that_fit(days: Sequence[RosteredDay]) -> tuple[int, ...]:
    """The weekdays that are left without those on which the rep was active at most once in six weeks, of four such days or
    more. Empty unless there are any such weekdays, and the rep was active on two of three of the days that are left and on
    more than half of them on each weekday."""
    rostered = Counter(day.day.weekday() for day in days)
    active = Counter(day.day.weekday() for day in days if day.is_active)
    left = tuple(
        weekday
        for weekday in sorted(rostered)
        if active[weekday] > _ACTIVE_MAX_ON_DAY_OFF or rostered[weekday] < _WEEKDAY_DAYS_MIN
    )
    if not left or len(left) == len(rostered):
        return ()
    days_left, active_left = sum(rostered[weekday] for weekday in left), sum(active[weekday] for weekday in left)
    is_regular = all(2 * active[weekday] > rostered[weekday] for weekday in left)
    return left if is_regular and active_left >= _ACTIVE_SHARE_MIN * days_left else ()
