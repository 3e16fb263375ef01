"""A day that is praised, with everything that the praise may speak of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.nudges.domain.ladder import Ladder
from services.nudges.domain.phrases import lowered, noun
from shared.events import DayReport
from tests.services.nudges.rules.claims.days import Days
from tests.services.nudges.rules.claims.reader import one_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Praised:
    """A day that is praised on a day `today`. `before` are the worked days before it, newest first; `team` are the reports of
    everybody in the team who had a target that day; `ladders` are the rep's."""

    report: DayReport
    before: Days
    today: date
    team: Sequence[DayReport] = ()
    ladders: Sequence[Ladder] = ()


def label_pattern(*labels: str) -> str:
    """Of any of these labels within a sentence, after one or after many."""
    return rf"{one_of({form for label in labels for form in (lowered(label), noun(label, 1))})}(?![\w-])"
