"""Teams with worked days and an open Monday, as planted rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from tests.services.nudges.builders.days import MONDAY, working_days
from tests.services.nudges.builders.people import make_rep, make_team
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows

SUNDAY: Final = datetime(2026, 3, 8, 3, tzinfo=UTC)
"""Four o'clock in Madrid."""


RULES: Final = ("drop", "gone_silent")
"""Those that are calibrated, in the order of their rows."""


async def add_team(rows: Rows, team: str, counts: Sequence[int], *, reps: int = 9, shift: int = 0) -> None:
    """Reps with these counts on their last worked days, each shifted by so many days, and with an open Monday."""
    for number in range(reps):
        rep, start = make_rep(f"{team}-{number}"), number * shift % len(counts)
        own_counts = [*counts[start:], *counts[:start]]
        for day, count in zip(working_days(len(counts)), own_counts, strict=True):
            await rows.add_day(report(day, count=count, rep=rep, team=make_team(team)))
        await rows.add_day(report(MONDAY, score=0, count=0, state="open", rep=rep, team=make_team(team)))


def erratic(days: int) -> list[int]:
    """Twenty on one day in eight, and forty on each of the others: no negative binomial does that."""
    return [20 if number % 8 == 3 else 40 for number in range(days)]
