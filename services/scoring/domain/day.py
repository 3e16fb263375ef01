"""One rep's day as it is stored: its state, its counts and its score."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

import msgspec

from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.roster.calendar import rep_day_end
from services.scoring.domain.roster.roster import Rep
from shared.events import BehaviourKey, GoalKey, RepId

DayState = Literal["future", "open", "closed"]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What counted on a day: how often for each behaviour and for each goal, and when the earliest activity that counted for a
    behaviour began."""

    counts: Mapping[BehaviourKey, int]
    first_counted_at: datetime | None
    goals: Mapping[GoalKey, int] = msgspec.field(default_factory=dict)


EMPTY_TALLY: Final = Tally(counts={}, first_counted_at=None)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """`revision` is that of the newest report; 0 before the first report."""

    rep_id: RepId
    day: date
    state: DayState
    tally: Tally
    score: Decimal | None
    revision: int

    @property
    def rep_day(self) -> RepDay:
        return RepDay(self.rep_id, self.day)


def initial_state(rep: Rep, day: date, *, now: datetime) -> DayState:
    """The state of a day that is stored for the first time. One that is over is closed; any other waits to be opened."""
    return "closed" if rep_day_end(rep, day) <= now else "future"
