"""Look whether something is heard of each team that is at work, and of each behaviour that is asked of it, and keep of which
not, so that operators hear of it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

import asyncpg
import structlog

from services.nudges.domain.feed_health import DAYS_LOOKED_AT, REPS_MIN, AtWork, why_quiet
from services.nudges.store import QUERIES

_log = structlog.get_logger()
ALL_TOGETHER: Final = ""
"""As a behaviour: whatever counts."""


async def watch_feeds(pool: asyncpg.Pool, *, now: datetime) -> None:
    """Note what is not heard of any more, and what is again. Of a team that is silent altogether no behaviour is named."""
    for row in await pool.fetch(QUERIES["delete_heard_feeds"]):
        _log.info("feed_heard_again", team=row["team_id"], behaviour=row["behaviour"], quiet_since=row["since"].isoformat())
    at_work = await pool.fetch(QUERIES["list_at_work"], now)
    silent: set[str] = set()
    for (team_id, behaviour), rows in groupby(at_work, key=lambda row: (row["team_id"], row["behaviour"])):
        team = list(rows)
        if team_id in silent or len(team) < REPS_MIN or any(row["is_heard"] for row in team):
            continue
        because = why_quiet(await _team_of(pool, team, now=now), what=team[0]["label"])
        if because is None:
            continue
        if behaviour == ALL_TOGETHER:
            silent.add(team_id)
        feed = team_id, team[0]["team_name"], behaviour, team[0]["label"]
        if await pool.fetchval(QUERIES["add_quiet_feed"], *feed, now, because) is not None:
            _log.error("feed_quiet", team=team_id, behaviour=behaviour, because=because)


async def _team_of(pool: asyncpg.Pool, rows: Sequence[asyncpg.Record], *, now: datetime) -> list[AtWork]:
    days = [row["rep_id"] for row in rows], [row["day"] for row in rows]
    heard = await pool.fetch(QUERIES["list_heard"], *days, DAYS_LOOKED_AT, rows[0]["behaviour"])
    return [
        AtWork(
            since=now - row["starts_at"],
            is_heard=row["is_heard"],
            past={one["day"]: one["heard_after"] for one in heard if one["rep_id"] == row["rep_id"]},
        )
        for row in rows
    ]
