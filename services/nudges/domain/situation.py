"""What a rule looks at."""

from dataclasses import dataclass
from datetime import datetime

from services.nudges.domain.history import History
from services.nudges.domain.past import Midday, Watch
from shared.events import DayReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """A rep's day by its newest report, the worked days before it, and the time at which it is looked at. `watch` is what is
    known over months, which only a look in the morning needs; `middays` are worked days before at their middle, newest first,
    which only a look at the middle of a day needs."""

    report: DayReport
    history: History
    now: datetime
    watch: Watch | None = None
    middays: tuple[Midday, ...] = ()
