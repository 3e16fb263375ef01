"""What a rule about a rep's day may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.nudges.domain.baseline import Baseline, MiddayCounts
from services.nudges.domain.history import History
from services.nudges.domain.ladder import Ladder, is_ladder_of
from services.nudges.domain.roster.leave import Leave
from services.nudges.domain.working_time import local_day
from shared.events import BehaviourKey, DayReport, GoalResult, RepId


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleContext:
    """A rep's day by its newest report, the worked days before it, and the time at which it is evaluated.

    `baseline` is known in the morning only and `middays` (newest first) at midday only. `teammates_done` has everybody in the
    team who had a target that day if all of them have done the plan; otherwise it is empty. `ladders` are the rep's, of every
    period. `wants_day_plan` says that the rep gets the plan in the morning, `knows_playbook` that the version that judges the
    day had been announced before the day, `is_first_day` that the rep is new in a team that is not. `leave` has just ended.
    These four are known in the morning only. `reasons` say why the manager asks for a behaviour, in their own words; they are
    known to those who get the plan.
    """

    report: DayReport
    history: History
    now: datetime
    baseline: Baseline | None = None
    middays: tuple[MiddayCounts, ...] = ()
    teammates_done: tuple[RepId, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    wants_day_plan: bool = False
    knows_playbook: bool = False
    is_first_day: bool = False
    leave: Leave | None = None
    reasons: Mapping[BehaviourKey, str] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day of the report."""
        return self.report.day

    @property
    def today(self) -> date:
        """The rep's current day, which may be later than the day of the report."""
        return local_day(self.now, self.report.timezone)

    def ladder_of(self, goal: GoalResult) -> Ladder | None:
        """The goal's ladder in the period that the day lies in."""
        return next((ladder for ladder in self.ladders if is_ladder_of(ladder, goal)), None)
