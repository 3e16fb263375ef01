"""What a person has heard lately."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from shared.events import NudgeKind

LATELY: Final = timedelta(days=14)
"""For so long no wording is used again, and no rule rests for longer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One thing that was said. `day` is the person's own day on which they heard it, `wording` the number of the wording among
    those of its rule. `with_another` says that it was part of another message."""

    rule: str
    kind: NudgeKind
    day: date
    at: datetime
    wording: int
    with_another: bool = False
