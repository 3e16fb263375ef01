"""Let a rule speak again that was paused, as somebody has looked into it."""

from datetime import datetime

import asyncpg
import structlog

from services.nudges.store import QUERIES
from shared.errors import DaymarkError

_log = structlog.get_logger()


class RuleNotPaused(DaymarkError):
    """No rule of this name is paused. `daymark effects` names those that are."""


async def resume_rule(pool: asyncpg.Pool, rule: str, *, now: datetime) -> None:
    """What was drawn until now counts no more, or the next look would pause it again.

    Raises:
        RuleNotPaused: there is nothing to resume.
    """
    if await pool.fetchval(QUERIES["mark_resumed"], rule, now) is None:
        raise RuleNotPaused(rule)
    _log.info("rule_resumed", rule=rule)
