"""Watch whether data arrives for each team at work, and for each behaviour that has a target there. Operators are told of every
silent feed, and meanwhile nothing is held against its reps."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import asyncpg
import structlog

from services.nudges.context.silent_feeds import (
    WHOLE_FEED,
    RepFeed,
    add_silent_feed,
    delete_recovered_feeds,
    list_first_seen,
    list_reps_at_work,
)
from services.nudges.domain.feed_health import REPS_MIN, RepAtWork, explain_silence
from shared.events import TeamId

_log = structlog.get_logger()


async def watch_feeds(pool: asyncpg.Pool, *, now: datetime) -> None:
    """Record which feeds have become silent and which have recovered.

    When a whole team is silent, its behaviours are not listed as well.
    """
    for recovered in await delete_recovered_feeds(pool):
        _log.info(
            "feed_recovered",
            team=recovered.team_id,
            behaviour=recovered.behaviour,
            silent_since=recovered.since.isoformat(),
        )
    silent_teams: set[TeamId] = set()
    feeds_by_behaviour = groupby(await list_reps_at_work(pool, now=now), key=lambda feed: (feed.team_id, feed.behaviour))
    for (team_id, behaviour), feeds_of_reps in feeds_by_behaviour:
        feeds = list(feeds_of_reps)
        if team_id in silent_teams or len(feeds) < REPS_MIN or any(feed.has_data for feed in feeds):
            continue  # nearly every feed is healthy, so its history need not be loaded
        because = explain_silence(await _load_team(pool, feeds, now=now), behaviour=feeds[0].label)
        if because is None:
            continue
        if behaviour == WHOLE_FEED:
            silent_teams.add(team_id)
        if await add_silent_feed(pool, feeds[0], because=because, now=now):
            _log.error("feed_silent", team=team_id, behaviour=behaviour, because=because)


async def _load_team(pool: asyncpg.Pool, feeds: Sequence[RepFeed], *, now: datetime) -> list[RepAtWork]:
    first_seen = await list_first_seen(pool, feeds, behaviour=feeds[0].behaviour)
    return [
        RepAtWork(elapsed=now - feed.work_starts_at, has_data=feed.has_data, first_seen=first_seen[feed.rep_id])
        for feed in feeds
    ]
