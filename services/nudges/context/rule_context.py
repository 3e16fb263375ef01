"""What a rule looks at."""

from dataclasses import dataclass
from datetime import datetime

from services.nudges.domain.baseline import Midday, Watch
from services.nudges.domain.history import History
from services.nudges.domain.ladder import Ladder, is_ladder_of
from shared.events import DayReport, GoalResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """A rep's day by its newest report, the worked days before it, and the time at which it is looked at.

    `team_done` has the ids of all in the team of whom something was asked that day, if every one of them has the plan done;
    else it is empty. `ladders` are the rep's on the way to their goals, also of periods before and after that of the day.
    `watch` is what is known over months, which only a look in the morning needs; `middays` are worked days before at their
    middle, newest first, which only a look at the middle of a day needs. `is_plan_wanted` says that the day's plan is wanted
    in the morning, and `is_told` that the rep was told of its definition before the day; neither is known at other times.
    """

    report: DayReport
    history: History
    now: datetime
    watch: Watch | None = None
    middays: tuple[Midday, ...] = ()
    team_done: tuple[str, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    is_plan_wanted: bool = False
    is_told: bool = False

    def ladder_of(self, goal: GoalResult) -> Ladder | None:
        """The one of the period that the day lies in."""
        return next((one for one in self.ladders if is_ladder_of(one, goal)), None)
