"""Resume a rule that was paused, once somebody has looked into it."""

from datetime import datetime

import asyncpg
import structlog

from services.nudges.experiments.rule_pauses import mark_rule_resumed
from services.nudges.rules.catalogue import RULES
from shared.errors import DaymarkError
from shared.suggestions import with_suggestion

_log = structlog.get_logger()


class RuleNotPaused(DaymarkError):
    """No rule with this name is paused. `daymark effects` shows those that are."""


async def resume_rule(pool: asyncpg.Pool, rule: str, *, now: datetime) -> None:
    """Assignments made until now are ignored from here on, or the next check would pause the rule again.

    Raises:
        RuleNotPaused: there is nothing to resume.
    """
    if not await mark_rule_resumed(pool, rule, now=now):
        raise RuleNotPaused(rule if rule in RULES else with_suggestion(rule, RULES))
    _log.info("rule_resumed", rule=rule)
