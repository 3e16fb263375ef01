"""How often each rule has sent something, as typed rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCounts:
    """Of one rule. `people_sent` and `people_withheld` are those of the experiment, in which the rule has been since
    `measured_since`; None if it never was."""

    sent: int = 0
    withheld: int = 0
    answered: int = 0
    people_sent: int = 0
    people_withheld: int = 0
    measured_since: datetime | None = None


NO_COUNTS: Final = RuleCounts()


async def list_rule_counts(pool: asyncpg.Pool) -> Mapping[str, RuleCounts]:
    """By rule; a rule that has sent nothing has none."""
    return {
        row["rule"]: RuleCounts(
            sent=row["sent"],
            withheld=row["withheld"],
            answered=row["answered"],
            people_sent=row["people_sent"],
            people_withheld=row["people_withheld"],
            measured_since=row["measured_since"],
        )
        for row in await pool.fetch(_QUERIES["list_rule_counts"])
    }
