"""Silent feeds as typed rows, and what is needed to notice them. The behaviour `WHOLE_FEED` stands for all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.domain.feed_health import HISTORY_DAYS_MAX
from shared.events import BehaviourKey, RepId, TeamId
from shared.postgres.queries import Queries
from shared.requests.nudges import SilentFeed, SilentFeedList

_QUERIES: Final = Queries.beside(__file__)
WHOLE_FEED: Final = BehaviourKey("")


@dataclass(frozen=True, kw_only=True, slots=True)
class RepFeed:
    """A rep inside their working time and one feed of theirs. `label` is that of the behaviour; empty for the whole feed.
    `has_data` says whether anything of it has arrived for the day."""

    rep_id: RepId
    day: date
    team_id: TeamId
    team_name: str
    behaviour: BehaviourKey
    label: str
    work_starts_at: datetime
    has_data: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveredFeed:
    """A feed that was silent since `since` and is not any more."""

    team_id: TeamId
    behaviour: BehaviourKey
    since: datetime


async def list_reps_at_work(pool: asyncpg.Pool, *, now: datetime) -> list[RepFeed]:
    """The feeds of everybody who is at work now, by team and behaviour; the whole feed comes first."""
    return [
        RepFeed(
            rep_id=row["rep_id"],
            day=row["day"],
            team_id=row["team_id"],
            team_name=row["team_name"],
            behaviour=row["behaviour"],
            label=row["label"],
            work_starts_at=row["work_starts_at"],
            has_data=row["has_data"],
        )
        for row in await pool.fetch(_QUERIES["list_reps_at_work"], now)
    ]


async def list_first_seen(
    pool: asyncpg.Pool, feeds: Sequence[RepFeed], *, behaviour: BehaviourKey
) -> dict[RepId, dict[date, timedelta | None]]:
    """For each rep, by worked day, how long after the start of work the first count arrived; None when none did."""
    rep_ids, days = [feed.rep_id for feed in feeds], [feed.day for feed in feeds]
    first_seen: dict[RepId, dict[date, timedelta | None]] = {rep_id: {} for rep_id in rep_ids}
    for row in await pool.fetch(_QUERIES["list_first_seen"], rep_ids, days, HISTORY_DAYS_MAX, behaviour):
        first_seen[row["rep_id"]][row["day"]] = row["first_seen_after"]
    return first_seen


async def list_silent_feeds(pool: asyncpg.Pool) -> SilentFeedList:
    """Every feed that is silent now, by team."""
    return SilentFeedList(
        feeds=tuple(
            SilentFeed(
                team=row["team_id"], name=row["team_name"], behaviour=row["label"], since=row["since"], because=row["because"]
            )
            for row in await pool.fetch(_QUERIES["list_silent_feeds"])
        )
    )


async def add_silent_feed(pool: asyncpg.Pool, feed: RepFeed, *, because: str, now: datetime) -> bool:
    """Mark the feed as silent from now on. Returns whether that is new."""
    added = await pool.fetchval(
        _QUERIES["add_silent_feed"], feed.team_id, feed.team_name, feed.behaviour, feed.label, now, because
    )
    return added is not None


async def delete_recovered_feeds(pool: asyncpg.Pool) -> list[RecoveredFeed]:
    """Remove, and return, the feeds from which something has arrived since they became silent."""
    return [
        RecoveredFeed(team_id=row["team_id"], behaviour=row["behaviour"], since=row["since"])
        for row in await pool.fetch(_QUERIES["delete_recovered_feeds"])
    ]
