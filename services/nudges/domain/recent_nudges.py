"""What a person received lately."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from shared.events import NudgeKind

LOOKBACK: Final = timedelta(days=14)
"""Within this time no wording is repeated; no cooldown is longer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentNudge:
    """One nudge that a person received, or would have received without the holdout. `day` is the person's own day on which it
    arrived, `about_day` the day that it is about if that is another one, and `wording` the number of its wording among those of
    the rule. `is_bundled` means that it was part of another nudge's message; `is_opt_in` that the person asked for it;
    `is_urgent` that it does not use up the daily cap; `contradicts_praise` that it is about earlier days and would contradict
    praise for them."""

    rule: str
    kind: NudgeKind
    day: date
    at: datetime
    wording: int
    about_day: date | None = None
    is_bundled: bool = False
    is_opt_in: bool = False
    is_urgent: bool = False
    contradicts_praise: bool = False
