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
RULE_DROP: Final = "drop"
RULE_PLAYBOOK: Final = "playbook"


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """`wordings` are ways to say the same thing; `reason` states the facts behind it, for who wants to check. `is_shortfall`
    says that it holds what a definition asks for, and was not done, against the person."""

    rule: str
    kind: NudgeKind
    occasion: str
    is_shortfall: bool
    wordings: Sequence[str]
    reason: str


Rule = Callable[[DayReport, History, datetime], Called | None]
"""Decides whether the day, seen at a time, calls for a word. Arguments: the newest report, the history, now."""
