"""Doubts about the roster, by team: of a manager's reps, or of all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import asyncpg

from services.nudges.domain.roster.doubts import WEEKDAY_KEYS, WINDOW, RosterDoubt, RosteredDay, find_roster_doubts
from shared.events import RepId, TeamId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.requests.nudges import RosterDoubtList, RosterDoubtRow, RosterDoubtsOfTeam

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RosteredRep:
    """A rep who is in the roster now. `known_since` is the day of their first activity, or their first working day if they
    never had any; None if they have neither."""

    rep_id: RepId
    team_id: TeamId
    team_name: str
    known_since: date | None


async def list_roster_doubts(
    connection: Connection | asyncpg.Pool, team_ids: Collection[TeamId], *, today: date
) -> Sequence[RosterDoubt]:
    """The doubts about everybody who is in one of these teams now, by rep."""
    reps = await list_rostered_reps(connection, team_ids, today=today)
    return await _list_doubts(connection, reps, team_ids, today=today)


async def list_all_roster_doubts(pool: asyncpg.Pool, *, today: date) -> RosterDoubtList:
    """The doubts about everybody who is in the roster now, by team."""
    reps = await list_rostered_reps(pool, None, today=today)
    doubts = {doubt.rep_id: doubt for doubt in await _list_doubts(pool, reps, None, today=today)}
    teams: dict[TeamId, list[RosteredRep]] = {}
    for rep in reps:
        teams.setdefault(rep.team_id, []).append(rep)
    return RosterDoubtList(
        teams=tuple(
            RosterDoubtsOfTeam(
                team=team_id,
                name=of_team[0].team_name,
                reps=len(of_team),
                doubts=tuple(_row(doubts[rep.rep_id]) for rep in of_team if rep.rep_id in doubts),
            )
            for team_id, of_team in sorted(teams.items())
        )
    )


async def list_rostered_reps(
    connection: Connection | asyncpg.Pool, team_ids: Collection[TeamId] | None, *, today: date
) -> list[RosteredRep]:
    """Who is in one of these teams now, or in any, by id."""
    of_teams = list(team_ids) if team_ids is not None else None
    return [
        RosteredRep(rep_id=row["rep_id"], team_id=row["team_id"], team_name=row["team_name"], known_since=row["known_since"])
        for row in await connection.fetch(_QUERIES["list_rostered_reps"], of_teams, today)
    ]


async def list_rostered_days(
    connection: Connection | asyncpg.Pool, team_ids: Collection[TeamId] | None, *, since: date
) -> list[RosteredDay]:
    """The worked days that are over of everybody in these teams, or in all, by rep and day."""
    of_teams = list(team_ids) if team_ids is not None else None
    return [
        RosteredDay(rep_id=row["rep_id"], team_id=row["team_id"], day=row["day"], is_active=row["is_active"])
        for row in await connection.fetch(_QUERIES["list_rostered_days"], of_teams, since)
    ]


async def _list_doubts(
    connection: Connection | asyncpg.Pool,
    reps: Sequence[RosteredRep],
    team_ids: Collection[TeamId] | None,
    *,
    today: date,
) -> list[RosterDoubt]:
    days = await list_rostered_days(connection, team_ids, since=today - WINDOW)
    known_since = {rep.rep_id: rep.known_since for rep in reps if rep.known_since is not None}
    return find_roster_doubts(days, known_since, today=today)


def _row(doubt: RosterDoubt) -> RosterDoubtRow:
    return RosterDoubtRow(
        rep=doubt.rep_id,
        kind=doubt.kind.value,
        days=doubt.days,
        empty=doubt.empty,
        workdays=tuple(WEEKDAY_KEYS[weekday] for weekday in doubt.workdays),
    )
