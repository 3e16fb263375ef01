"""Look whether something is heard of each team that is at work, and keep of which not, so that operators hear of it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import asyncpg
import structlog

from services.nudges.domain.feed import DAYS_LOOKED_AT, REPS_MIN, AtWork, why_quiet
from services.nudges.store import QUERIES

_log = structlog.get_logger()


async def watch_feeds(pool: asyncpg.Pool, *, now: datetime) -> None:
    """Note the teams that nothing is heard of any more, and those that something is heard of again."""
    for row in await pool.fetch(QUERIES["delete_heard_feeds"]):
        _log.info("feed_heard_again", team=row["team_id"], quiet_since=row["since"].isoformat())
    at_work = await pool.fetch(QUERIES["list_at_work"], now)
    for team_id, rows in groupby(at_work, key=lambda row: row["team_id"]):
        team = list(rows)
        if len(team) < REPS_MIN or any(row["is_heard"] for row in team):
            continue
        because = why_quiet(await _team_of(pool, team, now=now))
        if because is None:
            continue
        if await pool.fetchval(QUERIES["add_quiet_feed"], team_id, team[0]["team_name"], now, because) is not None:
            _log.error("feed_quiet", team=team_id, because=because)


async def _team_of(pool: asyncpg.Pool, rows: Sequence[asyncpg.Record], *, now: datetime) -> list[AtWork]:
    days = [row["rep_id"] for row in rows], [row["day"] for row in rows]
    heard = await pool.fetch(QUERIES["list_heard"], *days, DAYS_LOOKED_AT)
    return [
        AtWork(
            since=now - row["starts_at"],
            is_heard=row["is_heard"],
            past={one["day"]: one["heard_after"] for one in heard if one["rep_id"] == row["rep_id"]},
        )
        for row in rows
    ]
