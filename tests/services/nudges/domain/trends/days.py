"""Active days with the counts that a test wants to see, and no chance."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from services.nudges.domain.baseline import PastDay
from shared.events import BehaviourKey
from tests.services.nudges.builders.days import working_days

MONDAY: Final = date(2026, 3, 16)
CALLS: Final = BehaviourKey("calls")
MEETINGS: Final = BehaviourKey("meetings")
SWING: Final = (Decimal("0.5"), Decimal("1.5"), Decimal("0.8"), Decimal("1.2"), Decimal(1))
"""Each week's days, as shares of the week's mean."""


def weeks_of(*means: int, key: BehaviourKey = CALLS, until: date = MONDAY) -> list[PastDay]:
    """So many weeks of five days before a day with these mean counts, oldest first. Its days vary by half of the mean."""
    counts = [int(mean * swing) for mean in means for swing in SWING]
    return counted(*counts, key=key, until=until)


def counted(*counts: int, key: BehaviourKey = CALLS, until: date = MONDAY) -> list[PastDay]:
    """Days just before a day with these counts, oldest first."""
    days = working_days(len(counts), until=until)
    return [PastDay(day=day, counts={key: count}) for day, count in zip(days, counts, strict=True)]


def with_calls(days: Sequence[PastDay], calls: int = 10) -> list[PastDay]:
    """The days, each with so many calls besides."""
    return [PastDay(day=day.day, counts={**day.counts, CALLS: calls}, part=day.part) for day in days]
