"""Who gets the day's plan in the morning."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from shared.events import DayReport, RepId, TeamId

_ALL_TEAMS: Final = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class DayPlanSubscribers:
    """Whole teams and single reps, by id; `*` among the teams stands for all of them."""

    teams: Collection[TeamId] = ()
    reps: Collection[RepId] = ()

    def include(self, report: DayReport) -> bool:
        """Whether the rep of a day gets it."""
        return _ALL_TEAMS in self.teams or report.team.id in self.teams or report.rep.id in self.reps


NO_SUBSCRIBERS: Final = DayPlanSubscribers()
