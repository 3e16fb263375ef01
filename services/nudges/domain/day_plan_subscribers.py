"""Who wants to hear the day's plan in the morning."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from shared.events import DayReport

EVERYBODY: Final = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """By whole teams, or by single reps, each known by their id; `*` among the teams: by all of them."""

    teams: Collection[str] = ()
    reps: Collection[str] = ()

    def by(self, report: DayReport) -> bool:
        """Whether the rep of a day wants it."""
        return EVERYBODY in self.teams or report.team.id in self.teams or report.rep.id in self.reps


NOBODY: Final = Wanted()
