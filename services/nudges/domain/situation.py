"""What a rule looks at."""

from dataclasses import dataclass
from datetime import datetime

from services.nudges.domain.history import History
from shared.events import DayReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """A rep's day by its newest report, the worked days before it, and the time at which it is looked at.

    `team_done` has the ids of all in the team of whom something was asked that day, if every one of them has the plan done;
    else it is empty.
    """

    report: DayReport
    history: History
    now: datetime
    team_done: tuple[str, ...] = ()
