"""Load teams as the page shows them. However many teams and reps, it takes three queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

import asyncpg

from services.nudges.context.silent_feeds import list_silent_feeds
from services.nudges.domain.roster.access import PersonToday
from services.nudges.pages.today.rep_rows import SilentSince
from services.nudges.pages.today.team_days import WorkedDays, list_newest_days, list_worked_days
from services.nudges.pages.today.team_view import TeamView, make_team_view
from shared.events import RepId, TeamId

_KEPT_FOR: Final = timedelta(minutes=5)
"""What late data changes about earlier days shows on an open page after this time."""

Teams = Mapping[TeamId, Sequence[PersonToday]]
"""The reps of each team, by name."""


@dataclass(kw_only=True, slots=True)
class EarlierDays:
    """The worked days before the days of `before`, as they were loaded last. They hardly ever change while a day goes on."""

    before: Mapping[RepId, date]
    loaded_at: datetime
    worked: WorkedDays

    def serve(self, before: Mapping[RepId, date], *, now: datetime) -> bool:
        """Whether they need not be loaded again."""
        return self.before == before and timedelta() <= now - self.loaded_at < _KEPT_FOR


async def load_teams(
    pool: asyncpg.Pool, teams: Teams, earlier: EarlierDays | None = None, *, now: datetime
) -> tuple[list[TeamView], EarlierDays]:
    """The teams as they stand now, in their order; and the days before, which can be handed in the next time."""
    rep_ids = [RepId(rep.id) for rep in chain.from_iterable(teams.values())]
    newest = await list_newest_days(pool, rep_ids)
    before = {rep_id: report.day for rep_id, report in newest.items()}
    if earlier is None or not earlier.serve(before, now=now):
        earlier = EarlierDays(before=before, loaded_at=now, worked=await list_worked_days(pool, before))
    silent = await _list_silent(pool)
    views = []
    for team_id, reps in teams.items():
        of_team = {RepId(rep.id): newest[RepId(rep.id)] for rep in reps if RepId(rep.id) in newest}
        views.append(make_team_view(team_id, reps, of_team, earlier.worked, silent.get(team_id, {}), now=now))
    return views, earlier


async def _list_silent(pool: asyncpg.Pool) -> Mapping[TeamId, SilentSince]:
    silent: dict[TeamId, dict[str, datetime]] = {}
    for feed in (await list_silent_feeds(pool)).feeds:
        silent.setdefault(feed.team, {})[feed.behaviour] = feed.since
    return silent
