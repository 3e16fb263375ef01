"""A nudge that a rule calls for, before policy has had its say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.context.rule_context import Situation
from shared.events import Mention, NudgeKind

RULE_STEP_REACHED: Final = "step_reached"
RULE_STEP_LOWERED: Final = "step_lowered"
RULE_PERSONAL_BEST: Final = "personal_best"
RULE_STREAK: Final = "streak"
RULE_SMALL_WIN: Final = "small_win"
RULE_STEADY_WEEK: Final = "steady_week"
RULE_TEAM_DAY: Final = "team_day"
RULE_PLAN_DONE: Final = "plan_done"
RULE_COMEBACK: Final = "comeback"
RULE_QUIET_AFTERNOON: Final = "quiet_afternoon"
RULE_DROP: Final = "drop"
RULE_ONE_THING: Final = "one_thing"
RULE_PACE: Final = "pace"
RULE_RATIO: Final = "ratio"
RULE_DAY_PLAN: Final = "day_plan"
RULE_PLAYBOOK: Final = "playbook"
RULE_CORRECTION: Final = "correction"
RULE_RECOGNITION_DUE: Final = "recognition_due"
RULE_WEEKLY_BRIEF: Final = "weekly_brief"
RULE_DIGEST: Final = "digest"

ASKED_FOR: Final = frozenset({RULE_DAY_PLAN})
"""Said only to who wants it, each day: beside anything else that its moment calls for, in the same message and after it. It
takes no place in the budget, but needs one that is free."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """`wordings` are ways to say the same thing, always in the same order; `reason` states the facts behind it, for who wants
    to check. `is_shortfall` says that it holds what a definition asks for, and was not done, against the person:
    the day itself, or the days from `since` on.

    After it was said its rule is silent towards the person for `rest_days`, at most 14. `is_everyday` marks what need not be
    said any more to who has already heard a kind word on the day. `about` are the reps of whom it speaks to their manager.
    """

    rule: str
    kind: NudgeKind
    occasion: str
    is_shortfall: bool
    wordings: Sequence[str]
    reason: str
    since: date | None = None
    rest_days: int = 0
    is_everyday: bool = False
    about: Sequence[Mention] = ()


Rule = Callable[[Situation], Called | None]
"""Decides whether a situation calls for a word."""
