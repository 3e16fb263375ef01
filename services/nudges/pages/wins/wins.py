"""What was celebrated and recognised, as typed rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from shared.events import NudgeId, PersonId, RepId, TeamId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
GONE_AFTER: Final = timedelta(days=7)
"""A rep without a report for so long has left."""
SHOWN_FOR: Final = timedelta(days=28)
WINS_MAX: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Win:
    """A celebration, with its `text` as it was sent. Of what a manager wrote there is a `manager_name`, and the `message` in
    their own words, the day that it is about, and the facts that it quotes; without words it is thanks alone. `timezone` is the
    rep's."""

    id: NudgeId
    rule: str
    rep_id: RepId
    rep_name: str
    text: str
    sent_at: datetime
    timezone: str
    manager_name: str
    message: str
    about_day: date | None
    facts: str


async def list_wins(pool: asyncpg.Pool, teams: Collection[TeamId], reader_id: PersonId, *, today: date) -> list[Win]:
    """Of everybody who is in these teams, over four weeks, newest first and at most a hundred. Of those who hide theirs only
    the reader's own."""
    rows = await pool.fetch(_QUERIES["list_wins"], list(teams), today - GONE_AFTER, today - SHOWN_FOR, reader_id, WINS_MAX)
    return [
        Win(
            id=row["id"],
            rule=row["rule"],
            rep_id=row["person_id"],
            rep_name=row["name"],
            text="\n".join(row["text"].split("\n")[: -row["parts"] or None]),  # the last lines are those of other nudges
            sent_at=row["send_at"],
            timezone=row["timezone"],
            manager_name=row["manager_name"] or "",
            message=row["message"] or "",
            about_day=row["about_day"],
            facts=row["facts"] or "",
        )
        for row in rows
    ]
