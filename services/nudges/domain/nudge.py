"""A nudge that a rule calls for, before policy has had its say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.nudges.domain.history import History
from shared.events import DayReport, NudgeKind

RULE_PLAN_DONE: Final = "plan_done"
RULE_COMEBACK: Final = "comeback"
RULE_QUIET_AFTERNOON: Final = "quiet_afternoon"


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """`wordings` are ways to say the same thing; `reason` states the facts behind it, for who wants to check."""

    rule: str
    kind: NudgeKind
    occasion: str
    wordings: Sequence[str]
    reason: str


Rule = Callable[[DayReport, History, datetime], Called | None]
"""Decides whether the day, seen at a time, calls for a word. Arguments: the newest report, the history, now."""
